// The keyboard alone: where the focus stands, and how to bring it somewhere by Tab.
import assert from "node:assert/strict";
import { until } from "./until.mjs";

/** Runs in the page: the names of what can have the focus, or of what has it. */
function names(onlyActive) {
  const named = (element) => element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "";
  const all = [...document.querySelectorAll("a, button, input, select, textarea, [tabindex='0']")];
  return all.filter((one) => !onlyActive || one === document.activeElement).map(named);
}

/** The name of what has the focus; the page as a whole has none. */
export const focused = async (page) => (await page.evaluate(names, true))[0] ?? "";

/** Presses Tab until what has the focus is named so. A page that still loads is waited for. */
export async function tabTo(page, name, { key = "Tab", most = 60 } = {}) {
  await until(`${name} is there`, async () => (await page.evaluate(names, false)).some((one) => name.test(one)));
  for (let presses = 0; presses < most; presses += 1) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  assert.fail(`the ${key} key does not reach ${name}; it stands on "${await focused(page)}"`);
}

/** Waits until what is named so has the focus: where it returns to when something closes. */
export const focusReturns = (page, name) => until(`${name} has the focus`, async () => name.test(await focused(page)));
