// What a person does with the overview page in a browser: node browse.mjs TOOLS CHROMIUM PAGE [PICTURE]
//
// TOOLS is what tests/vscode/install.sh made, PAGE the file that `heapline report --html` wrote; PICTURE is where to put
// a picture of it. Prints what was seen, as JSON.
// A click on a link is noted and goes nowhere: no editor is to open.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [tools, executablePath, file, picture] = process.argv.slice(2);
const { chromium } = createRequire(path.join(tools, "package.json"))("playwright-core");
const chrome = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await chrome.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: "light" });
page.context().setDefaultTimeout(0);

const said = [];
const requests = [];
page.on("console", (message) => said.push(message.text()));
page.on("pageerror", (error) => said.push(String(error)));
page.on("request", (request) => requests.push(request.url()));
await page.exposeFunction("opened", (link) => opened.push(link));
await page.addInitScript(() => {
  const note = (event) => {
    if (!(event.target instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    window.opened(event.target.href);
  };
  // an anchor that is not in the document hears its own click only
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    this.addEventListener("click", note);
    click.call(this);
  };
  document.addEventListener("click", note);
  document.addEventListener("securitypolicyviolation", (event) => console.error(`refused: ${event.violatedDirective}`));
});

let opened = [];
/** The links that `act` opens. */
async function opens(act) {
  opened = [];
  await act();
  await page.waitForFunction(() => true);
  return opened;
}

const marks = () =>
  page.locator("section").evaluateAll((sections) =>
    Object.fromEntries(sections.map((part) => [part.id, part.querySelectorAll(".chart svg path, .chart svg text").length])),
  );
const range = () => page.locator(".range input").evaluateAll((inputs) => inputs.map((input) => Number(input.value)));
/** The bars of the first line's colour: where they are, and how large. */
const bars = () =>
  page.locator("#generations").evaluate((part) => {
    const colour = getComputedStyle(part.querySelector(".legend .swatch")).backgroundColor;
    const isBar = (shape) => getComputedStyle(shape).fill === colour && shape.getBoundingClientRect().width <= 60; // not the slider's
    return [...part.querySelectorAll(".chart svg path")].filter(isBar).map((shape) => {
      const { x, y, width, height } = shape.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2, area: width * height };
    });
  });
/** A text of a chart, where it is seen. */
const spot = async (section, text) => {
  const box = await page.locator(`${section} .chart svg text`, { hasText: text }).first().boundingBox();
  return [box.x + 3, box.y + box.height / 2];
};

/** How many shapes are taken out of a chart, be it to come back in another order, while `act` is done and drawn. */
async function takenOut(section, act) {
  const chart = await page.locator(`${section} .chart svg`).elementHandle();
  await chart.evaluate((svg) => {
    svg.taken = 0;
    const count = (changes) => changes.forEach((change) => (svg.taken += change.removedNodes.length));
    new MutationObserver(count).observe(svg, { childList: true, subtree: true });
  });
  await act();
  return chart.evaluate(async (svg) => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return svg.taken;
  });
}

await page.goto(pathToFileURL(file).href);
await page.locator("#top .chart svg text").first().waitFor();
if (picture !== undefined) await page.screenshot({ path: picture, fullPage: true });
const seen = {
  marks: await marks(),
  title: await page.title(),
  text: await page.locator("main").innerText(),
  spoken: await page.locator(".chart").evaluateAll((charts) => charts.map((chart) => chart.getAttribute("aria-label"))),
  roles: await page.locator(".chart").evaluateAll((charts) => charts.map((chart) => chart.getAttribute("role"))),
  legend: await page.locator("#generations .legend .at").allInnerTexts(),
  scripts: await page.locator("script").count(),
  foreign: await page.locator("img, iframe, object, embed, base, form, link, [onerror], [onclick]").count(),
  hacked: await page.evaluate(() => window.hacked === true),
};

if (seen.marks.generations > 0) {
  // The mouse: a bar, a tile, a zoom into a tile, a zoom into the generations with the brush.
  const largest = (await bars()).sort((a, b) => b.area - a.area)[0];
  if (largest !== undefined) {
    await page.locator("#generations .chart").scrollIntoViewIfNeeded();
    const again = (await bars()).sort((a, b) => b.area - a.area)[0];
    seen.bar = await opens(() => page.mouse.click(again.x, again.y));
    await page.mouse.move(again.x + 3, again.y);
    seen.tip = await page.locator("#generations .tip").innerText();
  }
  seen.whole = await range();
  const chart = await page.locator("#generations .chart").boundingBox();
  const y = chart.y + chart.height / 3;
  await page.mouse.move(chart.x + chart.width * 0.55, y);
  await page.mouse.down();
  await page.mouse.move(chart.x + chart.width * 0.75, y, { steps: 8 });
  await page.mouse.move(chart.x + chart.width * 0.95, y, { steps: 8 });
  await page.mouse.up();
  seen.brushed = await range();
  // The keyboard: all again, then a part.
  await page.getByRole("button", { name: "Show all" }).focus();
  await page.keyboard.press("Enter");
  seen.reset = await range();
  seen.barsOfAll = (await bars()).length;
  await page.getByLabel("To generation").fill(String(seen.whole[0] + 1));
  await page.keyboard.press("Tab");
  seen.typed = await range();
  seen.barsOfPart = (await bars()).length;
}
if (seen.marks.holders > 0) {
  await page.locator("#holders .chart").scrollIntoViewIfNeeded();
  seen.takenFromUnderMouse = await takenOut("#holders", async () => page.mouse.move(...(await spot("#holders", ".rb"))));
  seen.tile = await opens(async () => page.mouse.click(...(await spot("#holders", ".rb"))));
  await page.keyboard.down("Shift");
  seen.shifted = await opens(async () => page.mouse.click(...(await spot("#holders", ".rb"))));
  await page.keyboard.up("Shift");
  seen.way = await page.locator(".way").innerText();
  await page.locator(".way button").first().focus();
  await page.keyboard.press("Enter");
  seen.wayBack = await page.locator(".way").isVisible();
}
// Every table by the keyboard: open it, go to its first link, follow that.
seen.tables = {};
for (const id of Object.keys(seen.marks)) {
  const summary = page.locator(`#${id} summary`);
  if ((await summary.count()) === 0) continue;
  await summary.focus();
  // a table without a link left the focus here, and so has opened it
  if (!(await page.locator(`#${id} details`).evaluate((details) => details.open))) await page.keyboard.press("Enter");
  await page.locator(`#${id} details table`).waitFor();
  await page.keyboard.press("Tab"); // the table, to scroll it
  await page.keyboard.press("Tab");
  const inside = await page.evaluate((id) => document.activeElement.closest("section")?.id === id, id);
  const links = await opens(() => page.keyboard.press("Enter"));
  const rows = await page.locator(`#${id} details tbody tr`).allInnerTexts();
  seen.tables[id] = { inside, links, rows };
}
// Every choice, by the keyboard too.
for (const radio of await page.locator("input[type=radio]").all()) {
  await radio.focus();
  await page.keyboard.press("Space");
}
seen.afterChoices = await marks();
seen.bars = await page.locator("#top .chart svg text").allTextContents();
const colours = () => page.evaluate(() => [getComputedStyle(document.body).backgroundColor, document.querySelector("#top svg text").getAttribute("fill")]);
seen.light = await colours();
await page.emulateMedia({ colorScheme: "dark" });
await page.waitForFunction((before) => document.querySelector("#top svg text").getAttribute("fill") !== before, seen.light[1]);
seen.dark = await colours();

await chrome.close();
console.log(JSON.stringify({ ...seen, said, requests }));
