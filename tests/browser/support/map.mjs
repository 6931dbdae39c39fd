// A map page in the words of whoever uses it. Selectors are here and nowhere else; the hooks
// are promised at the top of client-wasm/src/grid.rs.

import { PATIENCE, person } from "./people.mjs";

/** The demo map's key in addresses. */
export const DEMO = "map-saas-eval";

/** How long a page may take to notice that its server is back. */
export const RECONNECTION = 40_000;

/** Opens a map as a new person. */
export async function openMap(test, browser, server, name, { map = DEMO, ...options } = {}) {
  const page = await person(test, browser, server, name, options);
  await page.goto(`/map/${map}`);
  const opened = new MapPage(page);
  await opened.isOpen();
  return opened;
}

export class MapPage {
  constructor(page) {
    this.page = page;
    this.keyboard = page.keyboard;
    this.grid = page.getByTestId("grid");
    this.editor = this.grid.getByTestId("editor");
    this.popup = page.getByTestId("popup");
    this.status = page.locator(".top .save-state");
    this.title = page.getByLabel("Title of the map");
  }

  /** Waits until the map is drawn and all of it is saved. */
  async isOpen() {
    await this.grid.waitFor();
    await this.isSaved();
  }

  /** The key in the page's address. */
  get key() {
    return new URL(this.page.url()).pathname.split("/").at(-1);
  }

  card(id) {
    return this.grid.locator(`[data-card="${id}"]`);
  }

  cell(lane, step) {
    return this.grid.locator(`[data-cell="${lane}/${step}"]`);
  }

  lane(id) {
    return this.grid.locator(`[data-lane="${id}"]`);
  }

  stages() {
    return this.grid.getByTestId("stage");
  }

  steps() {
    return this.grid.getByTestId("step");
  }

  lanes() {
    return this.grid.getByTestId("lane");
  }

  /** The names in headers, in order. */
  names(headers) {
    return headers.locator(".head-text").allInnerTexts();
  }

  /** The ids of the cards of a lane, in reading order. */
  cardsOf(lane) {
    return this.page.evaluate(
      (id) =>
        [...document.querySelectorAll(`[data-cell^="${id}/"] [data-card]`)].map(
          (card) => card.dataset.card,
        ),
      lane,
    );
  }

  /** The cell a card is in, as LANE/STEP. */
  cellOf(id) {
    return this.card(id).evaluate((card) => card.closest("[data-cell]").dataset.cell);
  }

  /** What a card says, whether it is being edited or not. */
  text(id) {
    return this.page.evaluate((card) => globalThis.textOfCard(card), id);
  }

  /** Waits until a card's text passes a check that runs in the page. */
  async sees(id, text, { timeout = PATIENCE } = {}) {
    await this.page.waitForFunction(
      ([card, wanted]) => globalThis.textOfCard(card)?.includes(wanted),
      [id, text],
      { timeout },
    );
  }

  /** Waits until a card's text says something no more. */
  async lacks(id, text) {
    await this.page.waitForFunction(
      ([card, gone]) => !globalThis.textOfCard(card)?.includes(gone),
      [id, text],
    );
  }

  /** Everything on the map: cell, item and text, one line each. */
  everything() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll("[data-cell] [data-testid=item]")].map((item) => {
        const cell = item.closest("[data-cell]").dataset.cell;
        const { card, pain, opportunity } = item.dataset;
        const text = item.querySelector("textarea")?.value ?? item.querySelector(".card-text")?.innerText;
        return `${cell} ${card ?? pain ?? opportunity ?? "metric"}: ${text}`;
      }),
    );
  }

  /** Opens a card's text for typing, with the caret at its end. */
  async edit(id) {
    await this.card(id).dblclick();
    await this.card(id).getByTestId("editor").waitFor();
  }

  /** Types with a person's rhythm into whatever has the focus. */
  type(text, { delay = 15 } = {}) {
    return this.keyboard.type(text, { delay });
  }

  /** Waits until the page says Saved. */
  isSaved({ timeout = PATIENCE } = {}) {
    return this.page.locator('.top .save-state[data-state="saved"]').waitFor({ timeout });
  }

  /** Waits until the page says that it has no connection. */
  isCutOff() {
    return this.page
      .locator('.top .save-state:is([data-state="reconnecting"], [data-state="offline"])')
      .waitFor();
  }

  /** The words of the save state. */
  words() {
    return this.status.locator(".save-words").innerText();
  }

  /** Where the focus is: KIND:ID, or nothing. */
  focus() {
    return this.page.evaluate(() => document.activeElement?.dataset.spot ?? "");
  }

  /** Waits until the focus is at a place. */
  async focusIs(spot) {
    await this.page.waitForFunction(
      (wanted) => document.activeElement?.dataset.spot === wanted,
      spot,
    );
  }

  /** Goes to a place: KIND:ID. */
  goTo(spot) {
    return this.page.locator(`[data-spot="${spot}"]`).focus();
  }

  /** Shows the map in another view, by the switch in the bar. */
  see(view) {
    return this.page.locator(`.views [data-view=${view}]`).click();
  }

  /** What pasting does that comes from another program. */
  paste(text, html = "") {
    return this.page.evaluate(
      ([plain, rich]) => {
        const data = new DataTransfer();
        data.setData("text/plain", plain);
        if (rich) data.setData("text/html", rich);
        const init = { clipboardData: data, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", init));
      },
      [text, html],
    );
  }

  get drawer() {
    return this.page.getByTestId("drawer");
  }

  /** The rich text in the drawer. */
  get details() {
    return this.page.getByTestId("details");
  }

  /** Opens the drawer for a card, by its key. */
  async openDetails(id) {
    await this.card(id).focus();
    await this.keyboard.press("i");
    await this.drawer.waitFor();
  }

  /** Opens the menu of a thing and chooses a line of it. */
  async choose(thing, line) {
    await thing.hover();
    await thing.locator("[data-action=more]").first().click();
    await this.popup.getByRole("menuitem", { name: line, exact: true }).click();
  }

  /** Drags a card with the mouse to a cell, slowly enough to be seen. */
  async drag(id, cell) {
    const from = await this.card(id).locator(".card-text, textarea").boundingBox();
    const to = await cell.boundingBox();
    await this.page.mouse.move(from.x + 20, from.y + 5);
    await this.page.mouse.down();
    await this.page.mouse.move(to.x + to.width / 2, to.y + to.height - 8, { steps: 12 });
    await this.page.mouse.up();
  }
}
