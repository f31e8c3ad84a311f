import { roleName, type Session } from "@callboard/api";

/** The call's title, else the names of those who are or were in it. */
export function titleOf(call: Session): string {
  const title = call.metadata["title"];
  if (typeof title === "string" && title.trim()) return title;
  const names = call.participants
    .filter((person) => person.joinedAt !== undefined && person.role !== "observer")
    .flatMap((person) => person.name ?? (person.role ? roleName[person.role] : []));
  if (names.length === 0) return call.status === "created" ? "Nobody yet" : "Nobody";
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
