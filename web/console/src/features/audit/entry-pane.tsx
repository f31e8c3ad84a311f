import { Link } from "@tanstack/react-router";
import { compact } from "../../core/search-text.ts";
import type { AuditEntry } from "../../core/wire.ts";
import { actionWords, actorWords } from "../../ui/audit-words.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { ObjectLink } from "../../ui/object-link.tsx";
import { Fact, Facts, Pane } from "../../ui/pane.tsx";
import { Exact } from "../../ui/when.tsx";
import type { AuditSearch } from "./search.ts";

const LINK = "text-accent underline-offset-2 hover:underline";

interface EntryPaneProps {
  entry: AuditEntry;
  search: AuditSearch;
  onClose: () => void;
}

/** One change, whole. */
export function EntryPane({ entry, search, onClose }: EntryPaneProps) {
  const { actor, object } = entry;
  return (
    <Pane label="Change" title={actionWords(entry.action)} onClose={onClose}>
      <Facts>
        <Fact name="When">
          <Exact at={entry.at} />
        </Fact>
        <Fact name="By">
          {actorWords(actor)} <CopyId id={actor.id} label={`${actor.kind} id`} />{" "}
          <Link to="/audit" search={compact({ ...search, by: actor.id, entry: undefined })} className={LINK}>
            only theirs
          </Link>
        </Fact>
        <Fact name="On">
          {object.kind.replaceAll("_", " ")} <ObjectLink {...object} />{" "}
          <Link to="/audit" search={compact({ ...search, on: object.id, entry: undefined })} className={LINK}>
            only this
          </Link>
        </Fact>
        <Fact name="Action">
          <code className="mono">{entry.action}</code>
        </Fact>
        <Fact name="Entry">
          <CopyId id={entry.auditId} label="audit id" />
        </Fact>
      </Facts>
      <h3 className="px-3 pt-2.5 font-medium">What changed</h3>
      <JsonView value={entry.detail} label="What changed, as JSON" />
    </Pane>
  );
}
