import type { ApiError } from "@callboard/api";
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { cx } from "./class-names.ts";

const CONTROL =
  "h-8 w-full min-w-0 rounded-md border border-edge bg-panel px-2.5 aria-invalid:border-bad disabled:opacity-55";

interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}

/** A control with its label, what it is for, and what is wrong with it. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const told = error !== undefined || hint !== undefined ? `${id}-told` : undefined;
  return (
    <div className={cx("grid content-start gap-1", className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": told, "aria-invalid": error === undefined ? undefined : true })}
      {told && (
        <p id={told} className={error === undefined ? "text-xs text-muted" : "text-xs text-bad"}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement>) {
  return <input autoComplete="off" spellCheck={false} {...rest} className={cx(CONTROL, className)} />;
}

export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <select {...rest} className={cx(CONTROL, "pr-1", className)}>
      {children}
    </select>
  );
}

interface CheckProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type"> {
  label: ReactNode;
  note?: ReactNode;
}

export function Check({ label, note, className, ...rest }: CheckProps) {
  return (
    <label className={cx("flex items-start gap-2 py-0.5", rest.disabled && "opacity-60", className)}>
      <input type="checkbox" {...rest} className="mt-[3px] size-3.5 shrink-0 accent-accent" />
      <span className="min-w-0">
        {label}
        {note && <span className="block text-xs text-muted">{note}</span>}
      </span>
    </label>
  );
}

/** What the server says is wrong with one member of the body. */
export const fieldError = (error: ApiError | undefined, pointer: string): string | undefined =>
  error?.problem.errors?.find((field) => field.pointer === pointer)?.reason;
