//! The icons of touchpoints and channels, by the words people use for them.

/// Beginnings of words, and the icon they mean; the first that fits wins.
const ICONS: [(&[&str], &str); 13] = [
    (&["web app", "web shop"], "globe"),
    (&["e-mail", "email", "mail", "newsletter"], "mail"),
    (
        &["chat", "messag", "sms", "whatsapp", "bot"],
        "messages-square",
    ),
    (&["app", "mobile"], "smartphone"),
    (&["phone", "call", "hotline", "telephone"], "phone"),
    (
        &[
            "social",
            "linkedin",
            "instagram",
            "facebook",
            "community",
            "forum",
        ],
        "share-2",
    ),
    (
        &["shop", "store", "branch", "retail", "office", "counter"],
        "store",
    ),
    (
        &[
            "face",
            "in-person",
            "in person",
            "meeting",
            "visit",
            "onsite",
            "on-site",
        ],
        "users-round",
    ),
    (&["post", "letter", "parcel", "paper", "package"], "package"),
    (&["advert", "ad ", "campaign", "radio", "tv"], "radio-tower"),
    (
        &["pdf", "document", "form", "contract", "invoice", "file"],
        "paperclip",
    ),
    (
        &[
            "web", "site", "online", "portal", "page", "browser", "landing", "pricing",
        ],
        "globe",
    ),
    (
        &["word of mouth", "friend", "colleague", "referral"],
        "message-circle",
    ),
];

/// The icon for anything else somebody touches.
const OTHER: &str = "hand";

/// The icon of a touchpoint or channel.
pub(crate) fn icon(text: &str) -> &'static str {
    let text = text.to_lowercase().replace('_', " ");
    ICONS
        .iter()
        .find(|(words, _)| words.iter().any(|word| begins_a_word(&text, word)))
        .map_or(OTHER, |(_, icon)| icon)
}

fn begins_a_word(text: &str, start: &str) -> bool {
    text.match_indices(start).any(|(at, _)| {
        text[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric())
    }) || (start == "site" && text.contains("website"))
}

#[cfg(test)]
mod tests {
    use super::icon;

    #[test]
    fn well_known_media_have_their_icon_and_others_a_neutral_one() {
        for (text, wanted) in [
            ("Website", "globe"),
            ("web_app", "globe"),
            ("E-mail", "mail"),
            ("Call centre", "phone"),
            ("Mobile app", "smartphone"),
            ("face_to_face", "users-round"),
            ("Branch", "store"),
            ("Letter with the decision", "package"),
            ("Something else", "hand"),
            ("happy", "hand"),
        ] {
            assert_eq!(icon(text), wanted, "{text}");
        }
    }
}
