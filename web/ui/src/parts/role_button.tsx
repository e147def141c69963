import type { ComponentProps } from "preact";
import type { Role } from "@/api/types";
import { useSession } from "@/model/session";
import { Button } from "./button";

/** A button for those who may; for others it is there, and says whom it is for. */
export function RoleButton({ role, ...props }: { role: Role } & Omit<ComponentProps<typeof Button>, "role">) {
  const { may } = useSession();
  if (may(role)) return <Button {...props} />;
  return (
    <span title={`This needs the role ${role}`}>
      <Button {...props} disabled />
    </span>
  );
}
