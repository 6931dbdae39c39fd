// Signing in with the service of one's organisation, as people see it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { CLIENT, SECRET, freePort, startProvider } from "../support/provider.mjs";
import { startServer } from "../support/server.mjs";
import { administrator } from "./support/accounts.mjs";
import { findings } from "./support/axe.mjs";
import { moment } from "./support/moments.mjs";
import { openBrowser, person } from "./support/people.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

test("one button signs somebody in, and an answer that was not asked for signs in nobody", async (t) => {
  const address = `http://127.0.0.1:${await freePort()}`;
  const provider = await startProvider(t, {
    callback: `${address}/api/oidc/callback`,
    claims: { sub: "mei-1", name: "Mei Kato", email: "mei@example.com", email_verified: true },
  });
  const server = await startServer(t, {
    accounts: true,
    listen: address.replace("http://", ""),
    settings: {
      public_url: address,
      oidc_issuer: provider.issuer,
      oidc_client_id: CLIENT,
      oidc_client_secret: SECRET,
      oidc_name: "Team ID",
      oidc_new_people: "member",
    },
  });
  await administrator(t, browser, server);
  const mei = await person(t, browser, server, null);
  await mei.goto("/account");
  const button = mei.getByRole("button", { name: "Continue with Team ID" });
  await button.waitFor();
  await moment(mei, "provider-button");
  assert.deepEqual(await findings(mei), []);

  // An answer with another state: it was not asked for from here.
  await button.click();
  const on = mei.getByRole("link", { name: "Go on as Mei Kato" });
  const back = new URL(await on.getAttribute("href"));
  back.searchParams.set("state", back.searchParams.get("state").split("").reverse().join(""));
  await mei.goto(back.href);
  const refused = mei.getByRole("alert");
  await refused.getByText("Please begin again").waitFor();
  await moment(mei, "provider-refused");
  const told = await (await mei.request.get("/api/me")).json();
  assert.equal(told.person ?? null, null, "nobody is signed in");

  // Begun again, one is where one wanted to go.
  await mei.goto("/account");
  await button.click();
  await on.click();
  await mei.getByRole("heading", { name: "Your account" }).waitFor();
  await mei.getByRole("button", { name: /^You: Mei Kato/ }).waitFor();
  assert.deepEqual(provider.refused, []);
});
