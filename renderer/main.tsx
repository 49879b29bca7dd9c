/** The entry: styles first, then the window. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import 'uplot/dist/uPlot.min.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connectWindow } from './client.ts';
import { adoptThemeStyles } from './theme/adopt-styles.ts';
import { TrafficHistory } from './traffic.ts';

adoptThemeStyles(document);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App connection={connectWindow()} traffic={new TrafficHistory(sessionStorage)} />);
