// What leaves the server, as people set it up: webhooks, the feed, letters.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import net from "node:net";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { makeAccount, openShare } from "./support/accounts.mjs";
import { openBrowser, person } from "./support/people.mjs";

const DEMO = "map-saas-eval";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** Listens, and closes with the test; its port. */
async function listening(test, server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => server.close());
  return server.address().port;
}

/** A mail server: its port, and a promise of each next letter. */
async function postbox(test) {
  const letters = [];
  const waiting = [];
  const arrived = (letter) => (waiting.shift() ?? ((it) => letters.push(it)))(letter);
  const server = net.createServer((socket) => {
    let data = "";
    let inside = false;
    socket.on("error", () => {});
    socket.write("220 postbox\r\n");
    socket.on("data", (bytes) => {
      data += bytes;
      for (;;) {
        const end = data.indexOf(inside ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const said = data.slice(0, end);
        data = data.slice(end + (inside ? 5 : 2));
        if (inside) arrived(said.replaceAll("=\r\n", "").replaceAll("=3D", "="));
        inside = !inside && said === "DATA";
        socket.write(inside ? "354 go on\r\n" : said === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      }
    });
  });
  const port = await listening(test, server);
  const next = () =>
    letters.length > 0 ? letters.shift() : new Promise((resolve) => waiting.push(resolve));
  return { port, next };
}

/** The first administrator of a server that is known by another address than it has. */
async function administrator(test, server) {
  const page = await person(test, browser, server, null);
  await page.goto(new URL(server.setupLink).pathname + new URL(server.setupLink).hash);
  await makeAccount(page, "Ada Admin", "Begin");
  return page;
}

test("an owner adds a webhook, tries it, and sees how it goes", async (test) => {
  const came = [];
  const receiver = createServer((request, response) => {
    came.push(request.headers);
    request.resume();
    response.statusCode = came.length > 1 ? 500 : 204;
    response.end();
  });
  const port = await listening(test, receiver);
  const settings = { webhooks_to_private: "true" };
  const server = await startServer(test, { accounts: true, settings });
  const admin = await administrator(test, server);
  await admin.goto(`/map/${DEMO}`);
  const panel = await openShare(admin);
  await panel.getByText("Webhooks", { exact: true }).click();
  await panel.getByLabel("Send to").fill("nowhere");
  await panel.getByRole("button", { name: "Add a webhook" }).click();
  await panel.getByText("not an address like").waitFor();
  await panel.getByLabel("Send to").fill(`http://127.0.0.1:${port}/hook`);
  await panel.getByLabel("Maps changed and renamed").uncheck();
  await panel.getByRole("button", { name: "Add a webhook" }).click();
  const secret = await panel.getByRole("textbox", { name: "The signing secret" }).inputValue();
  assert.match(secret, /^whsec_/);
  const row = panel.getByTestId("webhooks").getByRole("listitem");
  await row.getByText("Nothing was sent yet").waitFor();
  assert.equal(await row.getByText("Maps changed").count(), 0);
  await row.getByRole("button", { name: /^Send a test/ }).click();
  await row.getByText("Last arrived").waitFor();
  assert.match(came[0]["webhook-signature"], /^v1,/);
  await row.getByRole("button", { name: /^Send a test/ }).click();
  await row.getByText("it answered 500 · 1 waiting").waitFor();
  await row.getByRole("button", { name: /^Turn off/ }).click();
  await row.getByText("What happens meanwhile is not sent").waitFor();
  await row.getByRole("button", { name: /^End/ }).click();
  await row.waitFor({ state: "detached" });
});

test("a feed has an address, what is unread is e-mailed, and a letter leads to a new password", async (test) => {
  const box = await postbox(test);
  const settings = {
    public_url: "http://maps.test",
    smtp_url: `smtp://127.0.0.1:${box.port}`,
    smtp_from: "waymark@maps.test",
  };
  const server = await startServer(test, { accounts: true, settings });
  const admin = await administrator(test, server);
  await admin.goto("/account");
  await admin.getByRole("button", { name: "Make an address" }).click();
  const feed = await admin.getByRole("textbox", { name: "The address of your feed" }).inputValue();
  const answer = await fetch(server.http + new URL(feed).pathname);
  assert.match(await answer.text(), /<title>Waymark inbox<\/title>/);
  await admin.getByRole("button", { name: "End it" }).click();
  await admin.getByRole("button", { name: "Make an address" }).waitFor();
  assert.equal((await fetch(server.http + new URL(feed).pathname)).status, 404);
  const often = admin.getByLabel("How often your unread inbox is e-mailed to you");
  await often.selectOption({ label: "At most once a day" });
  await admin.getByText("Saved", { exact: true }).waitFor();
  await admin.reload();
  assert.equal(await often.inputValue(), "daily");

  const anybody = await person(test, browser, server, null);
  await anybody.goto("/sign-in");
  await anybody.getByRole("link", { name: "Forgot password?" }).click();
  await anybody.getByLabel("E-mail").fill("ada@example.com");
  await anybody.getByRole("button", { name: "Send the link" }).click();
  await anybody.getByRole("heading", { name: "Look at your e-mail" }).waitFor();
  const [, secret] = (await box.next()).match(/maps\.test\/reset#([\w-]+)/);
  await anybody.goto(`/reset#${secret}`);
  await anybody.getByLabel("New password").fill("four grey herons");
  await anybody.getByRole("button", { name: "Save and sign in" }).click();
  await anybody.getByRole("heading", { name: "Journeys", exact: true }).waitFor();
});
