import { useQuery } from "@tanstack/react-query";
import { meQuery } from "./client.ts";
import { may, type Part } from "./may.ts";

/** Who is signed in, as the shell has read it. */
export const useMe = () => useQuery(meQuery).data ?? undefined;

/** Whether whoever is signed in may use a part of the console. */
export const useMay = (part: Part): boolean => may(useMe(), part);
