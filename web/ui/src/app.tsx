// The whole of it: preferences, then a login, then the frame with one page in it.
import { LocationProvider } from "preact-iso";
import { SWRConfig } from "swr";
import { PreferencesProvider } from "./model/preferences";
import { SessionProvider } from "./model/session";
import { Toasts } from "./parts/toasts";
import { Login } from "./pages/login/login";
import { Shell } from "./shell/shell";

export function App() {
  return (
    <PreferencesProvider>
      <SWRConfig value={{ revalidateOnReconnect: true }}>
        <LocationProvider>
          <SessionProvider login={(enter) => <Login onEnter={enter} />}>
            <Shell />
          </SessionProvider>
          <Toasts />
        </LocationProvider>
      </SWRConfig>
    </PreferencesProvider>
  );
}
