import type { User } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** How a person without an identity provider gets in. The link is made where the server runs, never here. */
export function LoginLinkHint({ user, onClose }: { user: User; onClose: () => void }) {
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`A login link for ${user.displayName ?? user.subject}`}
      description="It is made on the machine where Callboard runs, works once, and for 15 minutes unless told otherwise. Send it to that person alone: whoever opens it is signed in as them."
    >
      <Command text={`callboard login-link --user ${user.userId}`} label="Make a login link" />
      <p className="text-muted">
        Give it <code className="mono">--data</code> or <code className="mono">--database-url</code> as the
        server has it, and <code className="mono">--minutes</code> for another time. The server goes on
        meanwhile. Each link is in the audit.
      </p>
      <div className="flex justify-end">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
