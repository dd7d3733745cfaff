package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"gochatting/internal/files"
	"gochatting/internal/store"
)

// migrateFlags are those of the way from one machine to more than one.
type migrateFlags struct {
	From string `default:"data" env:"GOCHATTING_DATA" placeholder:"DIR" help:"The data folder of a server that is stopped. Default: ./${default}"`
	To   string `required:"" env:"GOCHATTING_DATABASE" placeholder:"URL" help:"An empty PostgreSQL database: postgres://user:password@host/name. With a password, better in the environment."`
}

// runMigrate is gochatting migrate.
func runMigrate(ctx context.Context, args []string, out io.Writer) error {
	var flags migrateFlags
	chosen, err := subcommand("migrate", "Copies everything from a data folder into a PostgreSQL database, files included, and checks that it arrived. Nothing is taken out of the folder. If it is interrupted, or was only a trial, run it again: it begins anew, unless people have done something in the database since.",
		&flags, args, out)
	if err != nil || chosen == nil {
		return err
	}
	if err := migrate(ctx, flags, out); err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted: nothing of it can be seen in the database, and it can be run again")
		}
		return err
	}
	return nil
}

func migrate(ctx context.Context, f migrateFlags, out io.Writer) (err error) {
	if err := isData(f.From, "--from"); err != nil {
		return err
	}
	began := time.Now()
	t, err := store.OpenTransfer(ctx, f.From, f.To)
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("a server has the data folder %s; stop it first, so that nothing is said meanwhile that would be missing", f.From)
	}
	if err != nil {
		return err
	}
	defer also(&err, t.Close)
	p := &progress{out: out, told: began}
	lost, err := migrateFiles(ctx, f.From, t, p)
	if err != nil {
		return err
	}
	tables, err := t.Tables(ctx, p.tell)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)                                 // now everything is there, and may be said to be
	if err := files.OpenDatabase(t.Blobs()).Sweep(ctx); err != nil { // of an earlier copy
		return err
	}
	return summary(out, f, tables, lost, time.Since(began))
}

// migrateFiles copies the contents of files: before the tables, so that who sees a file can have it.
func migrateFiles(ctx context.Context, data string, t *store.Transfer, p *progress) (lost []string, err error) {
	disk, err := files.OpenDisk(filepath.Join(data, "files"), nil)
	if err != nil {
		return nil, err
	}
	hashes, err := t.Contents(ctx)
	if err != nil {
		return nil, err
	}
	var all int64
	lost, err = files.Copy(ctx, disk, files.OpenDatabase(t.Blobs()), hashes, func(done int, bytes int64) {
		all = bytes
		p.tell("copying and checking files", int64(done), int64(len(hashes)))
	})
	if err == nil {
		fmt.Fprintf(p.out, "%d files and previews are there, %.1f MB, each with its SHA-256.\n", len(hashes)-len(lost), float64(all)/1e6)
	}
	return lost, err
}

// summary says what was copied, and what comes next.
func summary(out io.Writer, f migrateFlags, tables []store.Table, lost []string, took time.Duration) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TABLE\tROWS\tCHECKSUM, THE SAME ON BOTH SIDES")
	var rows, mended int64
	for _, t := range tables {
		rows, mended = rows+t.Rows, mended+t.Mended
		fmt.Fprintf(w, "%s\t%d\t%s\n", t.Name, t.Rows, t.Sum)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if mended > 0 {
		fmt.Fprintf(out, "%d texts had characters that PostgreSQL cannot keep, and have \ufffd instead.\n", mended)
	}
	if len(lost) > 0 {
		fmt.Fprintf(out, "%d files are missing or broken in %s; everything else was copied without them:\n  %s\n",
			len(lost), filepath.Join(f.From, "files"), strings.Join(lost, "\n  "))
	}
	_, err := fmt.Fprintf(out, `Copied %d rows in %s. Next:
  1. Start every node with --database (or GOCHATTING_DATABASE) and the URL that was --to here.
  2. The first one makes messages searchable again, which goes on beside everything else.
  3. Keep %s until you are sure: nothing was taken out of it, and no node needs it.
`, rows, took.Round(time.Second/10), f.From)
	return err
}

// isData is why a folder is not one that a server has had.
func isData(folder, flag string) error {
	if _, err := os.Stat(filepath.Join(folder, dataFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no data of gochatting in the folder %s; name its folder with %s", folder, flag)
	}
	return nil
}

// progress writes how far something is, once a second.
type progress struct {
	out   io.Writer
	step  string
	began time.Time
	told  time.Time
}

func (p *progress) tell(step string, done, of int64) {
	now := time.Now()
	if step != p.step {
		p.step, p.began = step, now
	}
	if now.Sub(p.told) < time.Second {
		return
	}
	p.told = now
	line := fmt.Sprintf("%s: %d of %d", step, done, of)
	if took := now.Sub(p.began); took > 0 {
		line += fmt.Sprintf(", %.0f a second", float64(done)/took.Seconds())
	}
	fmt.Fprintln(p.out, line)
}
