import { nameOf, type ParticipantView } from "@callboard/api";
import { useCallback } from "react";
import { Level } from "../../ui/level.tsx";
import type { JoinController } from "./controller.ts";
import type { JoinState } from "./model.ts";

interface PeopleProps {
  controller: JoinController;
  state: JoinState;
  /** False once this person is out of the call. */
  present: boolean;
}

const ROLES = { caller: "caller", agent: "assistant", observer: "listening" } as const;

/** You, and those who are in the call with you. */
export function People({ controller, state, present }: PeopleProps) {
  const { call, participantId } = state;
  if (!call || !present) return null;
  const all = [...call.participants.values()];
  const me = all.find((person) => person.participantId === participantId);
  const others = all.filter(
    (person) => person !== me && (person.state === "connected" || person.state === "reconnecting"),
  );
  return (
    <ul
      aria-label="People in the call"
      className="flex max-h-[30dvh] flex-wrap gap-2.5 overflow-y-auto px-[18px] py-3"
    >
      <Tile
        name="You"
        small={mineOf(state)}
        off={!state.microphone || state.media !== "connected"}
        identity={me?.identity ?? ""}
        controller={controller}
      />
      {others.map((person) => (
        <Tile
          key={person.participantId}
          name={nameOf(person) ?? ""}
          small={smallOf(person, controller)}
          off={person.state === "reconnecting" || controller.media.isMicrophoneOn(person.identity) !== true}
          identity={person.identity}
          controller={controller}
        />
      ))}
    </ul>
  );
}

function mineOf({ media, microphone }: JoinState): string {
  if (media === "none") return "typing only";
  if (media === "connecting") return "connecting";
  return `microphone ${microphone ? "on" : "off"}`;
}

function smallOf(person: ParticipantView, controller: JoinController): string {
  if (person.state === "reconnecting") return "connection lost, coming back";
  const muted = person.role === "caller" && controller.media.isMicrophoneOn(person.identity) === false;
  return muted ? `${ROLES[person.role]}, muted` : ROLES[person.role];
}

interface TileProps {
  name: string;
  small: string;
  off: boolean;
  identity: string;
  controller: JoinController;
}

function Tile({ name, small, off, identity, controller }: TileProps) {
  const read = useCallback(() => controller.media.level(identity), [controller, identity]);
  return (
    <li className="flex min-w-[150px] flex-1 items-center gap-2 rounded-[10px] border border-line bg-panel px-3 py-2.5">
      <div className="min-w-0">
        <div className="truncate font-medium">{name}</div>
        <div className="truncate text-xs text-muted">{small}</div>
      </div>
      <span className="ml-auto">
        <Level read={read} off={off} />
      </span>
    </li>
  );
}
