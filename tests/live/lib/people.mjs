// People who come into a call by a link, each with a browser of their own.
import assert from "node:assert/strict";
import * as join from "./join-page.mjs";
import { Person } from "./person.mjs";

/** Makes a link, opens a browser, joins by it, and waits until the media is connected. */
export async function enter(stage, session, name, { external = false } = {}) {
  const link = await stage.api.joinLink(session.sessionId, name);
  const person = await Person.open(name, { external });
  stage.people.push(person);
  await person.page.goto(link.joinUrl);
  await join.enter(person.page, name);
  await join.waitConnected(person.page);
  const participants = (await stage.api.get(`/v1/call/sessions/${session.sessionId}/participants`)).items;
  person.participant = participants.find((one) => one.name === name);
  assert.ok(person.participant, `${name} is not among the participants`);
  return person;
}
