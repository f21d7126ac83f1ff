import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import { App } from './app.tsx';
import { applySavedLook } from './parts/look.ts';

applySavedLook();
createRoot(document.getElementById('root')!).render(<App />);
