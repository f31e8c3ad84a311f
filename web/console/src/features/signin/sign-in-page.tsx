import { asApiError, type ApiError, type Login } from "@callboard/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { meQuery, signIn } from "../../core/client.ts";
import { Button } from "../../ui/button.tsx";
import { Logo } from "../../ui/marks.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { ThemeSwitch } from "../../ui/theme.tsx";
import { readCredential } from "./credential.ts";

/** Takes the token out of the address, so that neither history nor a bookmark keeps it. */
function takeToken(): string | undefined {
  const token = location.hash.slice(1);
  if (token === "") return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

/** Sign in by the printed link, an API key, or a token. */
export function SignInPage({ next }: { next: string | undefined }) {
  const navigate = useNavigate();
  const [byLink, setByLink] = useState(() => location.hash.length > 1);
  // Not asked while a link signs in: "nobody", asked before and answered after, would undo it.
  const me = useQuery({ ...meQuery, enabled: !byLink });
  const login = useMutation({
    mutationFn: (credential: Login) => signIn(credential),
    onSettled: () => setByLink(false),
  });
  const { mutate } = login;
  useEffect(() => {
    const take = () => {
      const loginToken = takeToken();
      if (!loginToken) return;
      setByLink(true);
      mutate({ loginToken });
    };
    take();
    // A link opened in a tab that is already here changes the fragment only, which loads nothing.
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, [mutate]);
  const signedIn = !byLink && !login.isPending && me.data != null;
  useEffect(() => {
    if (signedIn) void navigate({ href: next ?? "/calls", replace: true });
  }, [signedIn, navigate, next]);
  if (byLink || me.isPending || signedIn) return <Loading what="your account" />;
  return (
    <main className="grid min-h-full grid-rows-[auto_1fr]">
      <div className="flex justify-end p-2">
        <ThemeSwitch />
      </div>
      <div className="mx-auto grid w-full max-w-sm content-start gap-4 px-4 pt-[12vh] pb-10">
        <h1 className="flex items-center gap-2.5 text-xl font-semibold tracking-tight">
          <Logo size={20} />
          Sign in to Callboard
        </h1>
        {login.isError && <Refused error={asApiError(login.error)} />}
        <SignInForm busy={login.isPending} onLogin={mutate} />
        <p className="text-muted">
          <code className="mono">make run</code> prints a link that signs you in once. For another, on the
          machine where Callboard runs: <code className="mono">make link</code>, or{" "}
          <code className="mono">callboard login-link</code> with the server’s{" "}
          <code className="mono">--data</code>.
        </p>
      </div>
    </main>
  );
}

function Refused({ error }: { error: ApiError }) {
  return <ProblemNote error={error} what="You are not signed in" />;
}

function SignInForm({ busy, onLogin }: { busy: boolean; onLogin: (login: Login) => void }) {
  const [text, setText] = useState("");
  const [hint, setHint] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const credential = readCredential(text);
    setHint(!credential);
    if (credential) onLogin(credential);
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      {/* Password managers file a password under a name; there is none here but the place itself. */}
      <input type="text" name="username" autoComplete="username" value="callboard" readOnly hidden />
      <label htmlFor="credential" className="font-medium">
        API key, token, or login link
      </label>
      <input
        id="credential"
        type="password"
        autoComplete="current-password"
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setHint(false);
        }}
        placeholder="cbk_…"
        aria-invalid={hint}
        aria-describedby={hint ? "credential-hint" : undefined}
        className="mono h-9 rounded-md border border-edge bg-panel px-2.5"
      />
      {hint && (
        <p id="credential-hint" className="text-bad">
          This is none of them: a key begins with cbk_, a token has three parts with dots between, a login
          link has /login# in it.
        </p>
      )}
      <Button type="submit" look="primary" busy={busy} disabled={text.trim() === ""} className="h-9">
        Sign in
      </Button>
    </form>
  );
}
