import { Link } from "@tanstack/react-router";
import { CopyId } from "./copy-id.tsx";
import { shortId } from "./format.ts";

const LINK = "mono text-accent underline-offset-2 hover:underline";

/** A call by its id, shortened, as a link. */
export function SessionLink({ id }: { id: string }) {
  return (
    <Link to="/calls/$sessionId" params={{ sessionId: id }} title={id} className={`relative z-1 ${LINK}`}>
      {shortId(id)}
    </Link>
  );
}

/** Any object that an entry names: a call leads to its page, others are copied. */
export function ObjectLink({ kind, id }: { kind: string; id: string }) {
  if (kind === "session") return <SessionLink id={id} />;
  return (
    <span className="relative z-1">
      <CopyId id={id} label={`${kind} id`} />
    </span>
  );
}
