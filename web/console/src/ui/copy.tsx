import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";
import { cx } from "./class-names.ts";
import { copyText } from "./clipboard.ts";
import { say } from "./toast.tsx";

interface CopyButtonProps {
  text: string;
  /** What is copied, for the button's name: "Copy the command". */
  label: string;
  /** Shows the word beside the icon. */
  word?: boolean;
}

export function CopyButton({ text, label, word = false }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied ? Check : Copy;
  return (
    <Button
      look={word ? "plain" : "quiet"}
      className={word ? "" : "px-1.5"}
      aria-label={copied ? "Copied" : label}
      title={label}
      onClick={() =>
        void copyText(text).then((done) => {
          setCopied(done);
          if (!done) say("Copying did not work; select the text instead");
        })
      }
    >
      <Icon size={14} aria-hidden />
      {word && (copied ? "Copied" : "Copy")}
    </Button>
  );
}

/** A command to be pasted, whole. */
export function Command({ text, label, className }: { text: string; label: string; className?: string }) {
  return (
    <div className={cx("flex items-start gap-1 rounded-md border border-line bg-bg pl-2.5", className)}>
      <pre
        tabIndex={0}
        aria-label={label}
        className="mono min-w-0 flex-1 overflow-x-auto py-[5px] leading-[17px] focus-visible:-outline-offset-2"
      >
        {text}
      </pre>
      <CopyButton text={text} label={`Copy: ${label}`} />
    </div>
  );
}

/** A secret in the only answer that holds it. */
export function SecretOnce({ secret, what }: { secret: string; what: string }) {
  return (
    <div className="grid gap-2 rounded-md border border-warn/40 bg-warn/8 p-3">
      <p>
        <span className="font-semibold">Keep it now.</span> This {what} is shown only this once; Callboard
        stores nothing from which it could be shown again.
      </p>
      <div className="flex items-start gap-2">
        <code className="mono min-w-0 flex-1 rounded-md border border-line bg-panel px-2.5 py-1.5 leading-[17px] break-all select-all">
          {secret}
        </code>
        <CopyButton text={secret} label={`Copy the ${what}`} word />
      </div>
    </div>
  );
}
