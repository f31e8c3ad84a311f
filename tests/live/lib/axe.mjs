// What an automatic check can say about accessibility: no serious finding on any page that is looked at.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";

/** The same in light and in dark, without a colour on its way from one to the other. */
export async function assertAccessibleByDayAndNight(page, name) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await assertAccessible(page, `${name} (${colorScheme})`);
  }
}

export async function assertAccessible(page, name) {
  const { violations, passes } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  const told = serious.map((one) => `${one.id}: ${one.help}\n${one.nodes.map((node) => `    ${node.html}`).join("\n")}`);
  assert.deepEqual(told, [], `${name} has serious findings`);
  assert.ok(passes.length > 5, `${name}: hardly anything was checked`);
}
