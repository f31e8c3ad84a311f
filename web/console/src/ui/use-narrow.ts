import { useSyncExternalStore } from "react";

const watch = (query: string) => {
  const media = globalThis.matchMedia?.(query);
  return {
    listen: (listener: () => void) => {
      media?.addEventListener("change", listener);
      return () => media?.removeEventListener("change", listener);
    },
    read: () => media?.matches ?? false,
  };
};

const narrow = watch("(width < 48rem)");
const tight = watch("(width < 80rem)");

/** A phone's width: lists show two columns, with the rest below. */
export const useNarrow = (): boolean => useSyncExternalStore(narrow.listen, narrow.read);

/** No room for a pane beside a list, which covers it instead, nor for all columns of a list. */
export const useTight = (): boolean => useSyncExternalStore(tight.listen, tight.read);
