export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** What the browser keeps under a name; null where it may not keep anything. */
function readSaved(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function save(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds until the page is left, then.
  }
}

export function savedTheme(): Theme {
  const saved = readSaved('runledger-theme');
  return themes.find((theme) => theme === saved) ?? 'system';
}

export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length]!;
}

/** Shows the page in a theme from now on; `system` follows the system. */
export function applyTheme(theme: Theme): void {
  save('runledger-theme', theme);
  showTheme(theme);
}

function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  // Canvases cannot follow a variable: they are told.
  window.dispatchEvent(new Event('runledger-theme'));
}

export function toggleDensity(): void {
  const { dataset } = document.documentElement;
  const density = dataset['density'] === 'roomy' ? 'compact' : 'roomy';
  dataset['density'] = density;
  save('runledger-density', density);
  window.dispatchEvent(new Event('resize'));
}

/** Shows what was chosen on an earlier visit. */
export function applySavedLook(): void {
  showTheme(savedTheme());
  document.documentElement.dataset['density'] = readSaved('runledger-density') ?? 'compact';
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => showTheme(savedTheme()));
}
