import type { MouseEvent, ReactNode } from 'react';
import { navigate } from 'wouter/use-browser-location';

type Props = {
  to: string;
  className?: string | undefined;
  children: ReactNode;
  title?: string;
  label?: string;
  current?: boolean;
  /** Called before the page goes there. */
  onOpen?: () => void;
};

/** A link within the page: opened by the page itself, and by the browser where a new tab or window is asked for. */
export function Link({ to, className, children, title, label, current, onOpen }: Props) {
  const onClick = (event: MouseEvent) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    onOpen?.();
    navigate(to);
  };
  return (
    <a
      href={to}
      className={className}
      title={title}
      aria-label={label}
      aria-current={current ? 'page' : undefined}
      onClick={onClick}
    >
      {children}
    </a>
  );
}
