import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Theme, usePreferences } from "@/model/preferences";
import { useSession } from "@/model/session";
import { type ZoneChoice, localZone } from "@/model/time";
import { Button } from "@/parts/button";
import { Icon, type IconName } from "@/parts/icon";
import { Menu } from "@/parts/menu";
import { attempt } from "@/parts/toasts";
import { Keys } from "./keys";
import { Search } from "./search";

const kThemes: { value: Theme; text: string; icon: IconName }[] = [
  { value: "system", text: "As the system has it", icon: "screen" },
  { value: "light", text: "Light", icon: "sun" },
  { value: "dark", text: "Dark", icon: "moon" },
];
/** Asked for only when it is read: before the first page it would be a tenth of the wait. */
const LocalZone = () => <>Yours ({localZone()})</>;
const kZones: { value: ZoneChoice; text: () => ComponentChildren; short: string }[] = [
  { value: "local", text: () => <LocalZone />, short: "local" },
  { value: "utc", text: () => "UTC", short: "UTC" },
  { value: "dag", text: () => "The DAG's own", short: "DAG" },
];

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

export function Bar({ onMenu }: { onMenu: () => void }) {
  const { theme, setTheme, zoneChoice, setZoneChoice } = usePreferences();
  const { me, logOut } = useSession();
  const { route } = useLocation();
  const [searching, setSearching] = useState(false);
  const zoneWords = kZones.find((zone) => zone.value === zoneChoice)!.short;
  return (
    <header class="shell-bar">
      <span class="shell-menu-button">
        <Button kind="quiet" icon="menu" label="Open the navigation" onClick={onMenu} />
      </span>
      <button type="button" class="shell-search" onClick={() => setSearching(true)}>
        <Icon name="search" />
        Search
        <kbd>{isMac() ? "⌘" : "Ctrl"} K</kbd>
      </button>
      <div class="shell-tools">
        <Menu kind="quiet" icon="clock" label={`Time zone: ${zoneWords}`} text={<span class="wide-only">{zoneWords}</span>}
          items={kZones.map((zone) => ({ text: zone.text(), checked: zone.value === zoneChoice, act: () => setZoneChoice(zone.value) }))} />
        <Menu kind="quiet" icon={kThemes.find((one) => one.value === theme)!.icon} label="Colours"
          items={kThemes.map((one) => ({ text: one.text, icon: one.icon, checked: one.value === theme, act: () => setTheme(one.value) }))} />
        {me.via === "session" ? (
          <Menu kind="quiet" icon="person" label={`Account: ${me.username}`} text={<span class="wide-only">{me.username}</span>}
            items={[
              { text: "Password and tokens", icon: "key", act: () => route("/account") },
              { text: "Log out", icon: "logout", act: () => attempt("Logged out", logOut) },
            ]} />
        ) : (
          <span class="tag" title="Everybody who reaches this address may do everything">
            no login
          </span>
        )}
      </div>
      <Keys onSearch={() => setSearching(true)} />
      {searching && <Search onClose={() => setSearching(false)} />}
    </header>
  );
}
