import { Command, Contrast, Keyboard, Moon, SquareTerminal, Sun } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useCommands } from './commands.ts';
import { Button } from './controls.tsx';
import { Link } from './link.tsx';
import { LiveMark } from './live-mark.tsx';
import { applyTheme, nextTheme, savedTheme, type Theme } from './look.ts';
import styles from './top-bar.module.css';
import { useGraphiQLAddress } from './view.ts';

const icons = { system: Contrast, light: Sun, dark: Moon };

type Props = { page: string; onHelp: () => void; onPalette: () => void };

export function TopBar({ page, onHelp, onPalette }: Props) {
  const graphiql = useGraphiQLAddress();
  useCommands([{ title: 'Open this view in GraphiQL', hint: '', act: () => location.assign(graphiql) }]);
  return (
    <header className={styles.bar}>
      <Link to="/runs" className={styles.brand} label="Runledger, all runs">
        <span className={styles.sign} aria-hidden="true" />
        <span>Runledger</span>
      </Link>
      <nav className={styles.nav} aria-label="Pages">
        <Link to="/runs" current={page === 'runs' || page === 'run'}>
          Runs
        </Link>
        <Link to="/compare" current={page === 'compare'}>
          Compare
        </Link>
        <Link to="/curves" current={page === 'curves'}>
          Curves
        </Link>
      </nav>
      <span className={styles.space} />
      <LiveMark />
      <a className={styles.graphiql} href={graphiql} title="Open this view in GraphiQL">
        <SquareTerminal size={16} />
        <span>GraphiQL</span>
      </a>
      <Button look="plain" onClick={onPalette} title="Everything by name (⌘K, Ctrl+K)" aria-label="Commands">
        <Command size={16} />
      </Button>
      <ThemeButton />
      <Button look="plain" onClick={onHelp} title="Shortcuts (?)" aria-label="Shortcuts" className={styles.help}>
        <Keyboard size={16} />
      </Button>
    </header>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(savedTheme);
  useEffect(() => {
    const onTheme = () => setTheme(savedTheme());
    window.addEventListener('runledger-theme', onTheme);
    return () => window.removeEventListener('runledger-theme', onTheme);
  }, []);
  const Icon = icons[theme];
  return (
    <Button
      look="plain"
      onClick={() => applyTheme(nextTheme(theme))}
      title={`Theme: ${theme} (t)`}
      aria-label={`Theme: ${theme}`}
    >
      <Icon size={16} />
    </Button>
  );
}
