// A journey to be made by hand, and a way to compare two maps that were.

/** Lanes of a blank map that stay, in order; its last one is deleted. */
export const LANES = [
  "What they do",
  "What they think",
  "How it feels",
  "Touchpoints",
  "Pain points",
  "Opportunities",
  "In their words",
];

/** The place of the curve among them. */
export const CURVE = 2;

const step = (title, level, cells) => ({ title, level, cells });

/** 4 stages, 9 steps, 40 cards; `cells` has the texts by lane, `level` is the key of a face. */
export const STAGES = [
  {
    title: "Discover",
    steps: [
      step("Sees a bicycle pass", 4, { 0: ["Looks after it", "Asks the rider"], 1: ["I want one too"] }),
      step("Reads about bicycles", 3, {
        0: ["Opens six tabs"],
        3: ["Search", "Blog", "Video"],
        4: ["Too many kinds"],
      }),
    ],
  },
  {
    title: "Compare",
    steps: [
      step("Visits a shop", 4, { 0: ["Rides three of them"], 3: ["Shop"], 5: ["Lend one for a day"], 6: ["The red one felt right"] }),
      step("Compares prices", 2, {
        0: ["Makes a table", "Calls a friend"],
        1: ["Is the lock included?"],
        4: ["Prices without a lock"],
        5: ["Show the whole price"],
      }),
      step("Waits for pay day", 2, { 0: ["Waits"], 1: ["I hope it is still there"], 4: ["No way to reserve"] }),
    ],
  },
  {
    title: "Buy",
    steps: [
      step("Orders it", 3, {
        0: ["Fills in a form"],
        3: ["Website", "Mail"],
        4: ["The form forgets all"],
        5: ["Keep what was typed", "Order by phone"],
      }),
      step("Picks it up", 5, { 0: ["Cycles home"], 1: ["It is mine"], 3: ["Shop"], 6: ["Best day of the year"] }),
    ],
  },
  {
    title: "Ride",
    steps: [
      step("Rides to work", 5, { 0: ["Takes the river path", "Waves at the bus"], 1: ["Why did I wait?"], 6: ["Never again the bus"] }),
      step("Has it serviced", 1, {
        0: ["Brings it back", "Waits two weeks"],
        1: ["So long for a brake"],
        3: ["Shop"],
        4: ["No date is kept"],
        5: ["Text when it is ready"],
      }),
    ],
  },
];

/** All steps in order. */
export const STEPS = STAGES.flatMap((stage) => stage.steps);

/** How many cards they hold. */
export const CARDS = STEPS.flatMap(({ cells }) => Object.values(cells)).flat().length;

/** What a map's file says, with its random ids replaced by the order in which they come. */
export async function canonical(server, key) {
  const answer = await fetch(`${server.http}/api/maps/${key}/export?format=json`);
  const map = await answer.json();
  // Quotes of different steps have no order among them: they come as their random ids do.
  const steps = JSON.stringify({ ...map, quotes: [] });
  map.quotes?.sort((a, b) => steps.indexOf(`"${a.step}"`) - steps.indexOf(`"${b.step}"`));
  const names = new Map();
  const collect = (value) => {
    if (typeof value !== "object" || value === null) return;
    if (typeof value.id === "string") names.set(value.id, `id-${names.size + 1}`);
    Object.values(value).forEach(collect);
  };
  collect(map);
  const rename = (value) => {
    if (typeof value === "string") return names.get(value) ?? value;
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== "object" || value === null) return value;
    // Nobody writes two cards at the same moment, and each browser is a person of its own.
    if (typeof value.by === "string") {
      if (!names.has(value.by)) names.set(value.by, `person-${names.size + 1}`);
      return { by: names.get(value.by) };
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [names.get(key) ?? key, rename(inner)]),
    );
  };
  return rename(map);
}
