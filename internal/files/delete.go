package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Delete is that of Store.
func (d *Disk) Delete(ctx context.Context, hashes ...string) error {
	var faults []error
	for _, hash := range hashes {
		if err := d.delete(ctx, hash); err != nil {
			faults = append(faults, fmt.Errorf("files: delete: %w", err))
		}
	}
	return errors.Join(faults...)
}

func (d *Disk) delete(ctx context.Context, hash string) error {
	if !isHash(hash) {
		return nil
	}
	done, ours, err := d.holds.remove(ctx, hash)
	if err != nil || !ours {
		return err
	}
	defer done()
	used, err := d.used(ctx, hash)
	if err != nil || used {
		return err
	}
	if err := os.Remove(d.path(hash)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep is that of Store. It touches nothing that is not named as Put names.
func (d *Disk) Sweep(ctx context.Context) error {
	folders, err := os.ReadDir(d.dir)
	if err != nil {
		return fmt.Errorf("files: sweep: %w", err)
	}
	var faults []error
	for _, folder := range folders {
		if len(folder.Name()) != 2 {
			continue
		}
		blobs, err := os.ReadDir(d.dir + string(os.PathSeparator) + folder.Name())
		if err != nil {
			faults = append(faults, fmt.Errorf("files: sweep: %w", err))
		}
		for _, blob := range blobs {
			if err := ctx.Err(); err != nil {
				return err
			}
			faults = append(faults, d.Delete(ctx, folder.Name()+blob.Name()))
		}
	}
	return errors.Join(faults...)
}
