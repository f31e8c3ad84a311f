import { X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "../../ui/button.tsx";
import { shortId } from "../../ui/format.ts";
import { Input } from "../../ui/field.tsx";

interface SessionFilterProps {
  session: string | undefined;
  onChoose: (session: string | undefined) => void;
}

/** Only the deliveries of one call. */
export function SessionFilter({ session, onChoose }: SessionFilterProps) {
  const [text, setText] = useState("");
  if (session !== undefined) {
    return (
      <Button onClick={() => onChoose(undefined)} title={`Only call ${session}. Press to show all`}>
        Call <span className="mono">{shortId(session)}</span>
        <X size={13} aria-label="show all" />
      </Button>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) onChoose(text.trim());
    setText("");
  };
  return (
    <form onSubmit={submit}>
      <Input
        aria-label="Only the call with this id"
        placeholder="Session id, then Enter"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="!h-7 !w-44"
      />
    </form>
  );
}
