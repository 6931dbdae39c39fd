//! Every operation and who may do it: one table, from which `docs/permissions.md` is made
//! and by which routes are declared, so that nothing can be asked for without a row here.

#[cfg(test)]
mod page;

use waymark_sync::Role;

use super::tokens::Scope;
use crate::people::{Kind, Place};

/// Who may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever can reach the server. What it does asks for a secret, or says nothing.
    Anyone,
    /// Everybody who is known, guests too.
    SignedIn,
    /// Everybody who has an account and signs in, but no token of theirs: a stolen one could
    /// make itself immortal.
    Oneself,
    /// Everybody who belongs to the workspace.
    Member,
    /// Administrators of the workspace.
    Administrator,
    /// Whoever has at least this role on the map that it is about.
    OnMap(Role),
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// Nobody said who they are.
    SignIn,
    /// There is no such map, or not for them; they cannot tell which.
    Hidden,
    /// They see it, and may not do this.
    Forbidden,
}

/// What counts about who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) kind: Kind,
    pub(crate) place: Option<Place>,
    pub(crate) scope: Scope,
    pub(crate) by_token: bool,
    /// On the map that it is about.
    pub(crate) role: Option<Role>,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Of HTTP, or `sync` for what goes over a WebSocket.
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) who: Who,
    /// What a token needs.
    pub(crate) scope: Scope,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for the page"))]
    pub(crate) does: &'static str,
}

impl Row {
    /// The decision. Deny by default.
    pub(crate) fn judge(&self, facts: Option<Facts>) -> Verdict {
        if self.who == Who::Anyone {
            return Verdict::Allowed;
        }
        let Some(facts) = facts else {
            return Verdict::SignIn;
        };
        let fits = facts.scope >= self.scope;
        let allowed = match self.who {
            Who::Anyone => true,
            Who::SignedIn => fits,
            Who::Oneself => facts.kind == Kind::Account && !facts.by_token,
            Who::Member => fits && facts.place.is_some(),
            Who::Administrator => fits && facts.place == Some(Place::Admin),
            Who::OnMap(least) => match facts.role {
                None => return Verdict::Hidden,
                Some(role) => fits && role >= least,
            },
        };
        match allowed {
            true => Verdict::Allowed,
            false => Verdict::Forbidden,
        }
    }
}

macro_rules! operations {
    ($($name:ident: $method:literal $path:literal, $who:expr, $scope:ident, $does:literal;)*) => {
        /// Everything that can be asked of the server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operation {
            $(
                #[allow(dead_code, reason = "what writes is decided by the grant's role")]
                $name,
            )*
        }

        impl Operation {
            /// All of them, in the order of the table.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its line in the table.
            pub(crate) const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        method: $method,
                        path: $path,
                        who: $who,
                        scope: Scope::$scope,
                        does: $does,
                    },)*
                }
            }
        }
    };
}

use Role::{Commenter, Contributor, Editor, Owner, Viewer};
use Who::{Administrator, Anyone, Member, OnMap, Oneself, SignedIn};

operations! {
    Me: "GET" "/api/me", Anyone, Read, "who one is, and how one can sign in";
    Setup: "POST" "/api/setup", Anyone, Read, "become the first administrator, with the setup link";
    SignIn: "POST" "/api/sign-in", Anyone, Read, "sign in with e-mail and password";
    OidcStart: "GET" "/api/oidc/start", Anyone, Read, "go to the provider that people sign in with";
    OidcContinue: "POST" "/api/oidc/start", Anyone, Read, "the same with an invitation or a link in hand";
    OidcCallback: "GET" "/api/oidc/callback", Anyone, Read, "come back from it";
    SignOut: "POST" "/api/sign-out", Anyone, Read, "sign out on this device";
    LookAtLink: "POST" "/api/join/look", Anyone, Read, "see what a link leads to";
    Join: "POST" "/api/join", Anyone, Read, "come in through a link";
    LookAtInvite: "POST" "/api/invite/look", Anyone, Read, "see what an invitation leads to";
    AcceptInvite: "POST" "/api/invite", Anyone, Read, "make an account with an invitation";
    Reset: "POST" "/api/reset", Anyone, Read, "choose a new password, with a link for it";
    Forgot: "POST" "/api/forgot", Anyone, Read, "ask for a letter with a link to a new password";
    LookUnsubscribe: "GET" "/unsubscribe/{token}", Anyone, Read, "come from a letter to stop letters";
    Unsubscribe: "POST" "/unsubscribe/{token}", Anyone, Read, "stop letters, with what a letter has";
    ChangeMe: "PATCH" "/api/me", SignedIn, Admin, "change one's own name and colour";
    Password: "POST" "/api/me/password", Oneself, Admin, "change one's own password";
    Disconnect: "DELETE" "/api/me/oidc", Oneself, Admin, "disconnect one's account from the provider";
    Sessions: "GET" "/api/me/sessions", SignedIn, Admin, "list one's own devices";
    EndSession: "DELETE" "/api/me/sessions/{session}", SignedIn, Admin, "sign one's own device out";
    Tokens: "GET" "/api/me/tokens", Oneself, Admin, "list one's own tokens";
    MakeToken: "POST" "/api/me/tokens", Oneself, Admin, "make a token for a program";
    EndToken: "DELETE" "/api/me/tokens/{token}", Oneself, Admin, "end one's own token";
    OwnFeed: "GET" "/api/me/feed", Oneself, Admin, "see whether one's inbox can be read as a feed";
    MakeFeed: "POST" "/api/me/feed", Oneself, Admin, "make a new secret address for that feed";
    EndFeed: "DELETE" "/api/me/feed", Oneself, Admin, "end it";
    Feed: "GET" "/feeds/{feed}", Anyone, Read, "read the feed, with its secret address";
    OwnDigest: "GET" "/api/me/digest", Oneself, Admin, "see how often one is written to about what is unread";
    ChangeDigest: "PUT" "/api/me/digest", Oneself, Admin, "choose how often";
    Ticket: "POST" "/api/tickets", SignedIn, Read, "get a ticket for one WebSocket";
    People: "GET" "/api/people", Administrator, Admin, "list people and invitations";
    Invite: "POST" "/api/people/invites", Administrator, Admin, "invite somebody";
    Withdraw: "DELETE" "/api/people/invites/{invite}", Administrator, Admin, "withdraw an invitation";
    ChangePlace: "PATCH" "/api/people/{person}", Administrator, Admin, "make somebody administrator or member";
    Remove: "DELETE" "/api/people/{person}", Administrator, Admin, "remove somebody, with name and credentials";
    ResetOther: "POST" "/api/people/{person}/reset", Administrator, Admin, "make a link to a new password for somebody";
    Workspace: "PATCH" "/api/workspace", Administrator, Admin, "name the workspace, say what all members may";
    Audit: "GET" "/api/audit", Administrator, Admin, "read the audit log";
    CheckAudit: "GET" "/api/audit/check", Administrator, Admin, "check that nobody changed the audit log";
    Metrics: "GET" "/metrics", Administrator, Admin, "read what the server counts";
    ListMaps: "GET" "/api/maps", SignedIn, Read, "list the maps that one may see";
    MakeMap: "POST" "/api/maps", Member, Write, "make a map";
    ImportMap: "POST" "/api/maps/import", Member, Write, "make a map from a file";
    Templates: "GET" "/api/templates", SignedIn, Read, "list what maps can begin with";
    Export: "GET" "/api/maps/{map}/export", OnMap(Viewer), Read, "take the map as a file";
    Access: "GET" "/api/maps/{map}/access", OnMap(Viewer), Read, "see one's own role; an owner sees everybody's, and the links";
    Give: "POST" "/api/maps/{map}/access", OnMap(Owner), Admin, "give a member a role on the map";
    ChangeRole: "PATCH" "/api/maps/{map}/access/{person}", OnMap(Owner), Admin, "change somebody's role on the map";
    TakeRole: "DELETE" "/api/maps/{map}/access/{person}", OnMap(Owner), Admin, "take somebody's access to the map";
    MakeLink: "POST" "/api/maps/{map}/links", OnMap(Owner), Admin, "make a link to the map";
    RevokeLink: "DELETE" "/api/maps/{map}/links/{link}", OnMap(Owner), Admin, "revoke a link to the map";
    MapAudit: "GET" "/api/maps/{map}/audit", OnMap(Owner), Admin, "read the audit log of the map";
    MapHooks: "GET" "/api/maps/{map}/webhooks", OnMap(Owner), Admin, "list the webhooks of the map";
    AddMapHook: "POST" "/api/maps/{map}/webhooks", OnMap(Owner), Admin, "have events of the map sent to an address";
    ChangeMapHook: "POST" "/api/maps/{map}/webhooks/{hook}", OnMap(Owner), Admin, "try a webhook of the map, turn it off or on";
    RemoveMapHook: "DELETE" "/api/maps/{map}/webhooks/{hook}", OnMap(Owner), Admin, "end a webhook of the map";
    Hooks: "GET" "/api/webhooks", Administrator, Admin, "list the webhooks of all maps";
    AddHook: "POST" "/api/webhooks", Administrator, Admin, "have events of all maps sent to an address";
    ChangeHook: "POST" "/api/webhooks/{hook}", Administrator, Admin, "try a webhook of all maps, turn it off or on";
    RemoveHook: "DELETE" "/api/webhooks/{hook}", Administrator, Admin, "end a webhook of all maps";
    Talk: "POST" "/api/maps/{map}/talk", OnMap(Commenter), Comment, "comment, answer, resolve, assign, ask for a review";
    Voices: "GET" "/api/maps/{map}/talk/people", OnMap(Viewer), Read, "see what those are called who comment, or can be mentioned";
    Introduce: "PUT" "/api/talk/me", SignedIn, Comment, "say what to be called, where nobody signs in";
    Inbox: "POST" "/api/inbox", SignedIn, Read, "read one's own inbox, mark in it, mute a map";
    ReadInbox: "sync" "inbox/{person}", SignedIn, Read, "follow one's own inbox";
    ReadMap: "sync" "map/{map}", OnMap(Viewer), Read, "see the map, and who is on it";
    WriteCards: "sync" "map/{map}", OnMap(Contributor), Write, "add cards, and change and remove them";
    WriteMap: "sync" "map/{map}", OnMap(Editor), Write, "change everything on the map";
    ReadTalk: "sync" "talk/{map}", OnMap(Viewer), Read, "see the comments";
}
