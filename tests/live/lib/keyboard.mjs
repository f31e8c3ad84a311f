// The keyboard alone: where the focus stands, and how to bring it somewhere by Tab.
import assert from "node:assert/strict";
import { until } from "./until.mjs";

/** The name of what has the focus; the page as a whole has none. */
export const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element?.matches("a, button, input, select, textarea, [tabindex='0']")) return "";
    const labelled = element.labels?.[0]?.textContent;
    return element.getAttribute("aria-label") ?? labelled ?? element.textContent ?? "";
  });

/** Presses Tab until what has the focus is named so. */
export async function tabTo(page, name, { key = "Tab", most = 60 } = {}) {
  for (let presses = 0; presses < most; presses += 1) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  assert.fail(`the ${key} key does not reach ${name}; it stands on "${await focused(page)}"`);
}

/** Waits until what is named so has the focus: where it returns to when something closes. */
export const focusReturns = (page, name) => until(`${name} has the focus`, async () => name.test(await focused(page)));
