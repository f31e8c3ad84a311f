/** Which events an endpoint wants: `*`, a family as `call.*`, or single types. Pure. */
import type { PublishedSchema } from "../../core/wire.ts";

export interface TypeFamily {
  family: string;
  types: readonly string[];
}

/** The types of the contract by their families, in the order of the contract. */
export function byFamily(schemas: readonly PublishedSchema[]): TypeFamily[] {
  const families = new Map<string, string[]>();
  for (const { name, family } of schemas) {
    if (family) families.set(family, [...(families.get(family) ?? []), name]);
  }
  return [...families].map(([family, types]) => ({ family, types }));
}

export const ALL = "*";
export const wholeOf = (family: string): string => `${family}.*`;

/** Whether one type is wanted, by itself or by what it belongs to. */
export const wants = (chosen: readonly string[], family: string, type: string): boolean =>
  chosen.includes(ALL) || chosen.includes(wholeOf(family)) || chosen.includes(type);

const without = (chosen: readonly string[], gone: readonly string[]): string[] =>
  chosen.filter((each) => !gone.includes(each));

/** All events, or none of them. */
export const setAll = (on: boolean): string[] => (on ? [ALL] : []);

/** A whole family: also types that come later. Its single types are then said by it. */
export function setFamily(chosen: readonly string[], { family, types }: TypeFamily, on: boolean): string[] {
  const rest = without(chosen, [wholeOf(family), ...types]);
  return on ? [...rest, wholeOf(family)] : rest;
}

/** One type; taking one out of a whole family leaves the others, one by one. */
export function setType(
  chosen: readonly string[],
  { family, types }: TypeFamily,
  type: string,
  on: boolean,
): string[] {
  if (on) return [...without(chosen, [type]), type];
  if (chosen.includes(wholeOf(family))) {
    return [...without(chosen, [wholeOf(family), ...types]), ...types.filter((each) => each !== type)];
  }
  return without(chosen, [type]);
}

/** What an endpoint wants, in a few words. */
export function typesWords(chosen: readonly string[]): string {
  if (chosen.includes(ALL)) return "all events";
  return chosen.join(", ");
}
