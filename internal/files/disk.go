package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// newFolder is where uploads are written until they are whole.
const newFolder = "new"

// A Disk is a Store in a folder, which is its own: the blob abcd… is in the file ab/cd….
type Disk struct {
	dir   string
	used  Used
	holds holds
}

// OpenDisk opens the folder, made when missing, and removes what a crash left half-written.
func OpenDisk(dir string, used Used) (*Disk, error) {
	d := &Disk{dir: dir, used: used, holds: newHolds()}
	temp := filepath.Join(dir, newFolder)
	if err := errors.Join(os.RemoveAll(temp), os.MkdirAll(temp, 0o700)); err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return d, nil
}

// Put is that of Store.
func (d *Disk) Put(ctx context.Context, r io.Reader, max int64) (b Blob, release func() error, err error) {
	temp, err := os.CreateTemp(filepath.Join(d.dir, newFolder), "") // 0600
	if err != nil {
		return Blob{}, nil, fmt.Errorf("files: %w", err)
	}
	defer func() {
		if err != nil { // and it is still there
			err = errors.Join(err, os.Remove(temp.Name()))
		}
		if errors.Is(err, syscall.ENOSPC) {
			err = errors.Join(ErrFull, err)
		}
	}()
	b, err = write(ctx, temp, r, max)
	if err = errors.Join(err, temp.Close()); err != nil {
		return Blob{}, nil, fmt.Errorf("files: put: %w", err)
	}
	release, err = d.holds.take(ctx, b.Hash)
	if err != nil {
		return Blob{}, nil, fmt.Errorf("files: put: %w", err)
	}
	// Over one that may be there: it is the same, unless a broken disk made another of it.
	if err := d.rename(temp.Name(), b.Hash); err != nil {
		return Blob{}, nil, fmt.Errorf("files: put: %w", errors.Join(err, release()))
	}
	return b, release, nil
}

func write(ctx context.Context, to *os.File, r io.Reader, max int64) (Blob, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(&contextual{ctx: ctx, from: r}, max+1))
	switch {
	case err != nil:
		return Blob{}, err
	case n > max:
		return Blob{}, ErrTooLong
	}
	return Blob{Hash: hex.EncodeToString(sum.Sum(nil)), Size: n}, to.Sync()
}

// rename gives a whole file its name, for ever: also what is in a folder is only on the disk when
// that is synced.
func (d *Disk) rename(temp, hash string) error {
	path := d.path(hash)
	folder := filepath.Dir(path)
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		err = syncFolder(d.dir)
		if err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which cannot, and needs not
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Open is that of Store.
func (d *Disk) Open(_ context.Context, hash string) (io.ReadSeekCloser, error) {
	if !isHash(hash) {
		return nil, ErrGone
	}
	f, err := os.Open(d.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, fmt.Errorf("files: open: %w", err)
	}
	return f, nil
}

func (d *Disk) path(hash string) string { return filepath.Join(d.dir, hash[:2], hash[2:]) }

func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}
