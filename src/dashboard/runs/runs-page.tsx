import { Columns3, Download } from 'lucide-react';
import { useAddress } from '../address/use-address.ts';
import { Chips } from '../parts/chips.tsx';
import { Button } from '../parts/controls.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { ViewSwitch } from '../parts/view-switch.tsx';
import { CellMenu } from './cell-menu.tsx';
import { ColumnPicker } from './column-picker.tsx';
import { EmptyLedger, NothingFound } from './empty.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Peek } from './peek.tsx';
import { PipelineFacet } from './pipeline-facet.tsx';
import { PlotView } from './plot-view.tsx';
import styles from './runs-page.module.css';
import { openCurves, SelectionBar } from './selection-bar.tsx';
import { StatusTabs } from './status-tabs.tsx';
import { RunTable } from './table.tsx';
import { useRunsPage } from './use-runs-page.ts';

/** All runs as a table or a plot: filtered, ordered and paged by the service, live, and wholly described by its address. */
export function RunsPage() {
  const { params, change } = useAddress();
  const page = useRunsPage(params, change);
  const { filter, view, rows, columns, shown, keys, total, query, active, menu, selection, chosen } = page;
  const isFiltered = Object.keys(filter).length > 0;
  const isEmpty = query.isSuccess && rows.length === 0 && !query.isPlaceholderData;
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">Runs</h1>
      <div className={styles.tools}>
        <FilterBar text={params.q ?? ''} known={page.known} onText={page.setText} />
        <Button onClick={page.exportCsv} title="All runs that pass, as CSV">
          <Download size={14} /> <span className={styles.word}>CSV</span>
        </Button>
        <Button onClick={() => page.setPicking(true)} title="Columns (e)">
          <Columns3 size={14} /> <span className={styles.word}>Columns</span>
        </Button>
      </div>
      <div className={styles.second}>
        <StatusTabs filter={filter} total={page.all} counts={page.counts} onFilter={page.setFilter} />
        <PipelineFacet filter={filter} onFilter={page.setFilter} />
        <Chips filter={filter} onFilter={page.setFilter} />
        <ViewSwitch view={view} change={change} onCurves={() => openCurves(selection.selected, rows)} />
      </div>
      <Trouble asked={query} />
      <div className={styles.body}>
        {isEmpty && !isFiltered && <EmptyLedger />}
        {isEmpty && isFiltered && <NothingFound filter={filter} onFilter={page.setFilter} />}
        {!isEmpty && columns && shown && view !== 'table' && (
          <PlotView
            kind={view}
            rows={rows}
            columns={columns}
            shown={shown}
            filter={filter}
            hasMore={query.hasNextPage}
            x={params.x}
            y={params.y}
            onFilter={page.setFilter}
            onAxes={change}
            onMore={page.loadMore}
          />
        )}
        {!isEmpty && shown && view === 'table' && (
          <RunTable
            rows={rows}
            total={total}
            columns={shown}
            pinned={page.shownPinned}
            selected={selection.selected}
            peeked={params.peek}
            active={active}
            isOld={page.isOld}
            sort={page.sort}
            onSort={page.sortBy}
            onMove={chosen.move}
            onResize={chosen.resize}
            onActive={page.setActive}
            onSelect={selection.select}
            onCell={page.openMenu}
            onOpen={page.remember}
            onEnd={page.loadMore}
            onTop={page.setAtTop}
          />
        )}
        {!isEmpty && rows.length === 0 && <Skeleton />}
        {params.peek && (
          <Peek
            key={params.peek}
            name={params.peek}
            onOpen={page.remember}
            onClose={() => change({ peek: undefined }, { replace: true })}
          />
        )}
      </div>
      <SelectionBar
        selected={selection.selected}
        onClear={selection.clear}
        loaded={view === 'table' ? rows.length : 0}
        total={total}
        row={active.row}
        same={page.same}
        onSame={() => change({ differ: undefined })}
        fresh={page.fresh}
      />
      {menu && rows[menu.row] && shown?.[menu.column - 1] && (
        <CellMenu
          row={rows[menu.row]!}
          column={shown[menu.column - 1]!}
          place={menu.place}
          onFilter={page.addFilter}
          onClose={page.closeMenu}
        />
      )}
      {page.isPicking && columns && (
        <ColumnPicker
          columns={columns}
          keys={keys}
          pinned={page.pinned}
          isDiffering={params.differ === '1'}
          onDiffering={(isOn) => change({ differ: isOn ? '1' : undefined })}
          onPin={chosen.pinTo}
          onColumns={chosen.choose}
          onReset={chosen.reset}
          onClose={() => page.setPicking(false)}
        />
      )}
    </div>
  );
}

/** The layout of the table while its first page is on the way; shown only when that takes long. */
function Skeleton() {
  return (
    <div className={styles.skeleton} aria-hidden="true">
      {Array.from({ length: 14 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <span key={index} />
      ))}
    </div>
  );
}
