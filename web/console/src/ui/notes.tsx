import { asApiError } from "@callboard/api";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { ProblemNote } from "./problem.tsx";
import { Empty, Loading } from "./states.tsx";

interface ListStateProps {
  list: { isPending: boolean; isError: boolean; isSuccess: boolean; error: unknown; refetch: () => unknown };
  /** What is read, as in "Loading the keys" and "The keys could not be read". */
  what: string;
  isEmpty: boolean;
  empty: ReactNode;
  emptyTitle: string;
}

/** What stands for a list that is not there, or above one that could not be read again. */
export function ListState({ list, what, isEmpty, empty, emptyTitle }: ListStateProps) {
  if (list.isPending) return <Loading what={what} />;
  if (list.isError) {
    // The line above every page says that nothing can be read now; what was read stays in view.
    if (!isEmpty && asApiError(list.error).status === 0) return null;
    return (
      <ProblemNote
        error={asApiError(list.error)}
        what={`${what.charAt(0).toUpperCase()}${what.slice(1)} could not be read`}
      >
        <Button onClick={() => void list.refetch()}>Try again</Button>
      </ProblemNote>
    );
  }
  if (!isEmpty) return null;
  return <Empty title={emptyTitle}>{empty}</Empty>;
}
