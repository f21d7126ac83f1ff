import type { ComponentProps } from 'react';
import styles from './controls.module.css';

type ButtonProps = ComponentProps<'button'> & { look?: 'primary' | 'danger' | 'plain' };

/** A button of the page. */
export function Button({ look, className, ...props }: ButtonProps) {
  const names = [styles.button, look && styles[look], className].filter(Boolean).join(' ');
  return <button type="button" className={names} {...props} />;
}

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={[styles.input, className].filter(Boolean).join(' ')} {...props} />;
}

/** A key of the keyboard. */
export function Key({ children }: { children: string }) {
  return <kbd className={styles.key}>{children}</kbd>;
}
