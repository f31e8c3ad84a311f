import { ApiError, asApiError, createCallboard, type Login, type Me } from "@callboard/api";
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { readServerClock } from "./clock.ts";
import { createHttp } from "./http.ts";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A page without network says so at once, instead of waiting in silence for the network.
      networkMode: "always",
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
      retry: (failures, error) =>
        failures < 3 && error instanceof ApiError && error.retryable && error.status !== 0,
    },
    mutations: { networkMode: "always" },
  },
});

const ME = ["me"] as const;

const credentials = {
  csrfToken: () => queryClient.getQueryData<Me | null>(ME)?.csrfToken,
  onUnauthorized: () => queryClient.setQueryData(ME, null),
};

/** The console's client: known by its cookie, with the CSRF token that goes with it. */
export const api = createCallboard(credentials);

/** The same for the routes of administration. */
export const http = createHttp(credentials);

/** Who is signed in; `null` when nobody is. */
export const meQuery = queryOptions({
  queryKey: ME,
  staleTime: Infinity,
  queryFn: async (): Promise<Me | null> => {
    try {
      const me = await api.me();
      readServerClock(Date.parse(me.serverTime));
      return me;
    } catch (error) {
      if (asApiError(error).status === 401) return null;
      throw error;
    }
  },
});

export async function signIn(login: Login): Promise<void> {
  await api.login(login);
  await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
}

/** Signs out here even when the server cannot be told: then the cookie runs out by itself. */
export async function signOut(): Promise<void> {
  try {
    await api.logout();
  } finally {
    // Not `clear`: it cuts the page off from the very answer that says nobody is signed in.
    queryClient.setQueryData(ME, null);
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
  }
}
