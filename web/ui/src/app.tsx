// The whole of it: preferences, then a login, then the frame with one page in it.
import { LocationProvider } from "preact-iso";
import { SWRConfig } from "swr";
import { PreferencesProvider } from "./model/preferences";
import { SessionProvider } from "./model/session";
import { Toasts } from "./parts/toasts";
import { Entrance } from "./pages/login/entrance";
import { Shell } from "./shell/shell";

export function App() {
  return (
    <PreferencesProvider>
      <SWRConfig value={{ revalidateOnReconnect: true }}>
        <LocationProvider>
          <SessionProvider login={(enter, ended) => <Entrance onEnter={enter} ended={ended} />}>
            <Shell />
          </SessionProvider>
          <Toasts />
        </LocationProvider>
      </SWRConfig>
    </PreferencesProvider>
  );
}
