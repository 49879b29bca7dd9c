/** A bug on one page ends there: the rest of the window keeps working, and the page can be opened again. */
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Notice } from './notice.tsx';

interface BoundaryProps {
  readonly children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div role="alert">
        <Notice icon="bug" tone="bad" isHeading title={texts.errors.crashed} text={texts.errors.crashedText}>
          <Button variant="default" onClick={() => this.setState({ hasFailed: false })}>
            {texts.errors.reload}
          </Button>
        </Notice>
      </div>
    );
  }
}
