// The join page as a person meets it: by roles and names, never by marks made for tests.
import { until } from "./until.mjs";

const status = (page) => page.getByRole("status").filter({ hasText: /Connect|Reconnect|Call ended|Call failed/ });

/** Gives a name, and presses the button that joins. The microphone is checked first, as the page does. */
export async function enter(page, name) {
  await page.getByText("Microphone works").waitFor({ timeout: 15_000 });
  await page.getByLabel(/Your name/).fill(name);
  await page.getByRole("button", { name: "Join call" }).click();
}

export const waitConnected = (page, timeout = 20_000) =>
  page.getByRole("status").filter({ hasText: /^Connected/ }).waitFor({ timeout });

export const waitEnded = (page, timeout = 20_000) =>
  page.getByRole("status").filter({ hasText: /^Call ended/ }).waitFor({ timeout });

export const statusText = (page) => status(page).innerText();

export const isReconnecting = async (page) => /^Reconnecting/.test(await statusText(page));

export async function typeCaption(page, text) {
  await page.getByLabel("Type a message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await readCaption(page, text);
  await until("the caption is sent", async () => (await page.getByText("You, sending").count()) === 0);
}

export const readCaption = (page, text) => page.getByRole("log", { name: "Captions" }).getByText(text, { exact: true }).waitFor({ timeout: 10_000 });

export const mute = (page) => page.getByRole("button", { name: "Mute", exact: true }).click();

export const leave = (page) => page.getByRole("button", { name: "Leave", exact: true }).click();
