import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { navigate, usePathname } from 'wouter/use-browser-location';
import { routeOf } from './address/routes.ts';
import { createCache } from './api/cache.ts';
import { followChanges, toggleLive } from './api/live.ts';
import styles from './app.module.css';
import { useNotice } from './parts/announce.ts';
import { copyText } from './parts/copy.ts';
import { Help } from './parts/help.tsx';
import { Link } from './parts/link.tsx';
import { applyTheme, nextTheme, savedTheme, toggleDensity } from './parts/look.ts';
import { Palette } from './parts/palette.tsx';
import { useShortcuts, watchLeader } from './parts/shortcuts.ts';
import { TopBar } from './parts/top-bar.tsx';
import { RunsPage } from './runs/runs-page.tsx';

const RunPage = lazy(() => import('./run/run-page.tsx'));
const ComparePage = lazy(() => import('./compare/compare-page.tsx'));
const CurvesPage = lazy(() => import('./curves/curves-page.tsx'));

const cache = createCache();

export function App() {
  const route = routeOf(usePathname());
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  useEffect(watchLeader, []);
  useEffect(() => followChanges(cache), []);
  useShortcuts({
    '?': () => setHelp(true),
    'mod+k': () => setPalette(true),
    t: () => applyTheme(nextTheme(savedTheme())),
    d: toggleDensity,
    l: toggleLive,
    'g r': () => navigate('/runs'),
    'shift+y': () => void copyText(location.href, 'the link of this view'),
  });
  return (
    <QueryClientProvider client={cache}>
      <TopBar page={route.page} onHelp={() => setHelp(true)} onPalette={() => setPalette(true)} />
      <main className={styles.main}>
        <Suspense fallback={null}>
          {route.page === 'runs' && <RunsPage />}
          {route.page === 'run' && <RunPage key={route.ref} reference={route.ref} />}
          {route.page === 'compare' && <ComparePage />}
          {route.page === 'curves' && <CurvesPage />}
          {route.page === 'nowhere' && <Nowhere />}
        </Suspense>
      </main>
      <Notice />
      {help && <Help onClose={() => setHelp(false)} />}
      {palette && <Palette onHelp={() => setHelp(true)} onClose={() => setPalette(false)} />}
    </QueryClientProvider>
  );
}

function Nowhere() {
  return (
    <div className={styles.nowhere}>
      <h1>There is nothing at this address</h1>
      <p>
        <Link to="/runs">All runs</Link> are a good place to start from.
      </p>
    </div>
  );
}

function Notice() {
  const { text, heard } = useNotice();
  return (
    <>
      <div className={styles.notice} aria-hidden="true" data-shown={text !== ''}>
        {text}
      </div>
      <div className="visually-hidden" role="status">
        {heard}
      </div>
    </>
  );
}
