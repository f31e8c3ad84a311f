import { asApiError } from "@callboard/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "./button.tsx";
import { SecretOnce } from "./copy.tsx";
import { Dialog } from "./dialog.tsx";
import { Field, Select } from "./field.tsx";
import { ProblemNote } from "./problem.tsx";

interface RotateProps {
  title: string;
  /** What will happen. */
  description: string;
  /** What to do once the new secret is shown; the description when absent. */
  advice?: string;
  /** What the secret is: `key`, `signing secret`. */
  what: string;
  /** The question how long the old secret lasts. */
  question: string;
  /** How long the old secret may last. */
  overlaps: readonly { seconds: number; name: string }[];
  /** The words of the button. */
  act: string;
  /** What is said when it was refused. */
  refused: string;
  run: (overlapSeconds: number) => Promise<{ secret?: string | undefined }>;
  onDone: () => void;
  onClose: () => void;
}

const DAY = 86_400;

/** Gives a thing a new secret, shows it once, and lets the old one last for as long as is chosen. */
export function Rotate(props: RotateProps) {
  const { title, description, advice = description, what, question, overlaps, act, refused, onClose } = props;
  const [overlap, setOverlap] = useState(DAY);
  const rotate = useMutation({ mutationFn: () => props.run(overlap), onSuccess: props.onDone });
  const secret = rotate.data?.secret;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={secret ? advice : description}
    >
      {rotate.isError && <ProblemNote error={asApiError(rotate.error)} what={refused} />}
      {secret ? (
        <SecretOnce secret={secret} what={what} />
      ) : (
        <Field label={question}>
          {(control) => (
            <Select {...control} value={overlap} onChange={(event) => setOverlap(Number(event.target.value))}>
              {overlaps.map(({ seconds, name }) => (
                <option key={seconds} value={seconds}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <div className="mt-1 flex justify-end gap-2">
        {secret ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
              {act}
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}
