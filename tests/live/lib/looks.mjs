// Each page as it looks: light, dark and on a phone, with what an automatic check says of it, and nothing standing out.
import assert from "node:assert/strict";
import { assertAccessible } from "./axe.mjs";

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Takes the pictures of a page that is open, and checks it each time; afterwards it is a light desk again. */
export async function assertLooksWell(person, name) {
  const { page } = person;
  for (const [look, colorScheme, size] of [
    ["dark", "dark", DESK],
    ["phone", "light", PHONE],
    ["phone-dark", "dark", PHONE],
    ["light", "light", DESK],
  ]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const wide = await page.evaluate(() => {
      const overs = [document.documentElement, document.querySelector("main")].map((one) => one.scrollWidth - one.clientWidth);
      return Math.max(...overs);
    });
    assert.ok(wide <= 0, `${name} (${look}) stands ${wide} px out of its width`);
    await person.picture(`console-${name}-${look}`);
    await assertAccessible(page, `${name} (${look})`);
  }
}
