import { asApiError } from "@callboard/api";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem.tsx";

interface ConfirmProps {
  title: string;
  /** What will happen, and whether it can be undone. */
  description: ReactNode;
  /** The words on the button that does it. */
  act: string;
  /** What is said when it was refused: "The key was not revoked". */
  refused: string;
  run: () => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, description, act, refused, run, onDone, onClose }: ConfirmProps) {
  const doing = useMutation({
    mutationFn: run,
    onSuccess: () => {
      onDone();
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description}>
      {doing.isError && <ProblemNote error={asApiError(doing.error)} what={refused} />}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          busy={doing.isPending}
          onClick={() => doing.mutate()}
          className="!border-transparent !bg-leave !text-white hover:opacity-90"
        >
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
