// The console as a person meets it: by roles and names, never by marks made for tests.

export const rows = (page) => page.getByRole("list", { name: "Timeline" }).getByRole("listitem");

export const transcript = (page) => page.getByRole("log", { name: "What is said" });

export const sessionIdOf = (page) => new URL(page.url()).pathname.split("/").at(-1);

/** The row of a call in the list, by its title. */
export const callRow = (page, title) => page.getByRole("table", { name: "Calls" }).getByRole("row").filter({ hasText: title });

/** The printed link signs in; the list of calls is what comes next. */
export async function signIn(person, stage) {
  await person.page.goto(stage.callboard.ready.loginUrl);
  await person.page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
}
