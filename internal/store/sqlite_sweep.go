package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"

	"gochatting/internal/message"
)

// sweepStep is how many pages are looked at in one part: a millisecond or two.
const sweepStep = 128

// sweepSQLite overwrites what is left in the unused middle of pages. secure_delete overwrites a row where
// it stands; but when SQLite spreads rows over other pages it leaves copies of them behind, which nobody
// would find again. Parts are numbered by their first page; next is 0 when all have been swept.
func sweepSQLite(ctx context.Context, s *Store, first int) (next int, err error) {
	// Beyond, the first byte of a page would not say for certain what is in it.
	const most = 1 << 25
	var count int
	if err := s.engine.read.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&count); err != nil {
		return 0, fmt.Errorf("count pages: %w", err)
	}
	end := min(first+sweepStep, count+1)
	var numbers []any
	for n := first; n < end; n++ {
		numbers = append(numbers, n)
	}
	littered, err := litteredPages(ctx, s.engine.read, numbers)
	if err != nil {
		return 0, err
	}
	if end <= count && end < most {
		next = end
	}
	if len(littered) == 0 && next > 0 {
		return next, nil
	}
	// Also with nothing to do at the end: the log may still have a page as it was before it was swept.
	return next, s.writer.do(ctx, &job{sweeps: true, write: func(ctx context.Context, tx *sql.Tx) ([][]message.Message, error) {
		return nil, sweepPages(ctx, tx, littered)
	}})
}

// sweepPages sweeps these pages, as they are now.
func sweepPages(ctx context.Context, tx *sql.Tx, littered []page) error {
	var numbers []any
	for _, p := range littered {
		numbers = append(numbers, p.number)
	}
	littered, err := litteredPages(ctx, tx, numbers)
	if err != nil {
		return err
	}
	for _, p := range littered {
		clear(p.unused())
		if _, err := tx.ExecContext(ctx, `UPDATE sqlite_dbpage SET data = $2 WHERE pgno = $1`, p.number, p.data); err != nil {
			return fmt.Errorf("sweep page %d: %w", p.number, err)
		}
	}
	return nil
}

// A page is one of the database file. https://www.sqlite.org/dbpage.html
type page struct {
	number int
	data   []byte
}

// litteredPages are those of the pages that have something where nothing should be.
func litteredPages(ctx context.Context, q querier, numbers []any) ([]page, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	pages, err := list(ctx, q, func(from row) (p page, err error) {
		err = from.Scan(&p.number, &p.data)
		return p, err
	}, `SELECT pgno, data FROM sqlite_dbpage WHERE pgno IN (`+marks(1, len(numbers))+`)`, numbers...)
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	return slices.DeleteFunc(pages, func(p page) bool {
		return !slices.ContainsFunc(p.unused(), func(b byte) bool { return b != 0 })
	}), nil
}

// unused is what lies between the pointers of a b-tree's page and its cells; of other pages, nothing.
// https://www.sqlite.org/fileformat2.html#b_tree_pages
func (p page) unused() []byte {
	header := p.data
	if p.number == 1 {
		header = header[100:] // after the header of the file
	}
	var length int
	switch header[0] {
	case 2, 5:
		length = 12
	case 10, 13:
		length = 8
	default:
		return nil
	}
	cells := int(binary.BigEndian.Uint16(header[3:]))
	from := len(p.data) - len(header) + length + 2*cells
	to := int(binary.BigEndian.Uint16(header[5:]))
	if to == 0 {
		to = 1 << 16
	}
	if from > to || to > len(p.data) {
		return nil
	}
	return p.data[from:to]
}
