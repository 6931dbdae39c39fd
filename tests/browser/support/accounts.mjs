// People who sign in: how they come in, by the pages that people use.

import { person } from "./people.mjs";

/** Good enough for everybody in tests. */
export const PASSWORD = "three blue herons";

/** Fills in what a new account is made of, and sends it. */
export async function makeAccount(page, name, button) {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(`${name.split(" ")[0].toLowerCase()}@example.com`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: button }).click();
  await page.getByRole("heading", { name: "Journeys", exact: true }).waitFor();
}

/** The first administrator, who opened the link that the server printed. */
export async function administrator(test, browser, server, name = "Ada Admin") {
  const page = await person(test, browser, server, null);
  await page.goto(server.setupLink);
  await makeAccount(page, name, "Begin");
  return page;
}

/** A new member, who took an invitation of an administrator's. */
export async function member(test, browser, server, admin, name) {
  const invite = await admin.evaluate(async () => {
    const answer = await fetch("/api/people/invites", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ place: "member" }),
    });
    return (await answer.json()).secret;
  });
  const page = await person(test, browser, server, null);
  await page.goto(`/invite#${invite}`);
  await makeAccount(page, name, "Make my account");
  return page;
}

/** Opens the panel that shares the map that is open. */
export async function openShare(page) {
  await page.getByRole("button", { name: "Share this map" }).click();
  const panel = page.getByRole("dialog", { name: "Share this map" });
  await panel.getByRole("heading", { name: "Links" }).waitFor();
  return panel;
}

/** Makes a link in the panel; its address. */
export async function makeLink(panel) {
  await panel.getByRole("button", { name: "Make a link" }).click();
  return panel.getByRole("textbox", { name: "The new link" }).inputValue();
}
