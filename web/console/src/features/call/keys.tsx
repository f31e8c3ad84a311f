import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["j", "↓"], "Next event"],
  [["k", "↑"], "Event before"],
  [["Home"], "First event"],
  [["End"], "Last event"],
  [["Enter"], "Open its raw form"],
  [["Esc"], "Close the raw form, then leave the moment"],
  [["/"], "Filter the events"],
  [["g"], "Go to a time"],
  [["c"], "Copy a link to this moment"],
  [["+", "−"], "Zoom the strip in and out"],
  [["0"], "Show the whole call"],
  [["←", "→"], "Move the strip, when it has the focus"],
  [["?"], "This list"],
];

export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" description="On the page of a call.">
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
        {KEYS.map(([keys, what]) => (
          <div key={what} className="contents">
            <dt className="flex justify-end gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-5 rounded border border-line bg-raised px-1.5 text-center font-mono text-[11px] leading-[18px] text-muted"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="flex justify-end">
        <Button onClick={() => onOpenChange(false)}>Close</Button>
      </div>
    </Dialog>
  );
}
