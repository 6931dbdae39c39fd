// A large map as a team might fill it: the same each time for the same sizes.

const VERBS = ["Opens", "Compares", "Asks about", "Waits for", "Checks", "Shares", "Forgets", "Signs"];
const THINGS = [
  "the price list",
  "an answer from support",
  "the invoice of last month",
  "a colleague's notes",
  "the form on the phone",
  "the terms in small print",
  "a demo for the team",
  "the reminder",
];
const ENDS = ["", " once more", " before lunch, between two calls", " and writes it down for the others"];
const KINDS = [
  "actions",
  "thoughts",
  "emotion",
  "touchpoints",
  "pain_points",
  "opportunities",
  "quotes",
  "owners",
];

/** What card number `n` says. */
export function textOf(n) {
  const verb = VERBS[n % VERBS.length];
  const thing = THINGS[Math.floor(n / VERBS.length) % THINGS.length];
  return `${n}: ${verb} ${thing}${ENDS[(n * 7) % ENDS.length]}`;
}

/**
 * A `journey-map/1` file (JSON is YAML too): `cards` cards spread evenly over lanes × steps,
 * with a curve and a few pain points and opportunities.
 */
export function largeMap({ id, cards, steps = 60, lanes = 25, stages = 12 }) {
  const named = Array.from({ length: lanes }, (_, lane) => ({
    id: `l${lane}`,
    type: KINDS[lane] ?? "custom",
    title: `Lane ${lane + 1}`,
  }));
  // The lanes for the curve, pain points and opportunities hold no cards.
  const open = named.filter(({ type }) => !["emotion", "pain_points", "opportunities"].includes(type));
  const made = Array.from({ length: steps }, (_, step) => ({
    id: `t${step}`,
    stage: `s${Math.floor((step * stages) / steps)}`,
    title: `Step ${step + 1}`,
    sentiment: Math.round(2 * Math.sin(step / 4)),
    cells: {},
  }));
  for (let n = 0; n < cards; n += 1) {
    const { cells } = made[n % steps];
    const lane = open[Math.floor(n / steps) % open.length].id;
    (cells[lane] ??= []).push(textOf(n));
  }
  return {
    format: "journey-map/1",
    map: { id, title: `${cards} cards` },
    personas: [{ id: "p", name: "Customer" }],
    lanes: named,
    stages: Array.from({ length: stages }, (_, stage) => ({ id: `s${stage}`, title: `Stage ${stage + 1}` })),
    steps: made,
    pain_points: Array.from({ length: Math.ceil(steps / 3) }, (_, n) => ({
      id: `pain${n}`,
      step: `t${n * 3}`,
      text: `Has to ask for ${THINGS[n % THINGS.length]}`,
      severity: (n % 5) + 1,
      frequency: ((n * 2) % 5) + 1,
      impact: ((n * 3) % 5) + 1,
    })),
    opportunities: Array.from({ length: Math.ceil(steps / 6) }, (_, n) => ({
      id: `chance${n}`,
      title: `How might we hand over ${THINGS[n % THINGS.length]}?`,
      steps: [`t${n * 6}`],
    })),
  };
}
