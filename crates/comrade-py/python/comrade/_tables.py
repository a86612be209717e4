"""Rows of tables: Parquet and CSV files, and blocks of Arrow, a few at a time, so that there is no second copy of them."""

import numpy as np

# How many rows are taken in one step.
_ROWS = 1 << 14


def is_table(path):
    """Whether a file is one, by its name; any other is LIBSVM text."""
    return path.endswith((".parquet", ".pq", ".csv", ".csv.gz"))


def rows_of_file(path, label):
    """The rows of a file, as `_rows` has them.

    Raises
    ------
    ValueError
        If it is none, or has no such label, or a value that is no finite number.
    """
    arrow = _arrow(path)
    try:
        if path.endswith((".csv", ".csv.gz")):
            yield from _csv(arrow, path, label)
        else:
            from pyarrow import parquet

            with parquet.ParquetFile(path) as file:
                yield from _rows(arrow, path, file.iter_batches(batch_size=_ROWS), label)
    except (arrow.ArrowException, OSError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from error
    finally:
        arrow.default_memory_pool().release_unused()


def rows_of_blocks(blocks, label):
    """The rows of blocks of a Ray data set, given as references: see `_rows`."""
    import ray

    arrow = _arrow("a data set")
    for number, block in enumerate(blocks):
        table = ray.get(block)
        if not isinstance(table, arrow.Table):
            table = arrow.Table.from_pandas(table, preserve_index=False)
        yield from _rows(arrow, f"block {number}", table.to_batches(max_chunksize=_ROWS), label, empty=True)
        del table


def _arrow(path):
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{path}: tables need pyarrow: pip install pyarrow where the workers run", name="pyarrow") from error
    return pyarrow


def _csv(arrow, path, label):
    from pyarrow import csv

    # What a column holds is not to be guessed from its first rows.
    reading = csv.ReadOptions(use_threads=False)
    with csv.open_csv(path, reading) as reader:
        names = reader.schema.names
    kinds = csv.ConvertOptions(column_types={name: arrow.float64() for name in names if name != label})
    with csv.open_csv(path, reading, convert_options=kinds) as reader:
        yield from _rows(arrow, path, reader, label)


def _rows(arrow, path, batches, label, empty=False):
    """Rows of a table in steps.

    Yields
    ------
    str, list of str, ndarray of shape (s, d), list, callable
        The file; the names of the columns; the numbers; the different classes; and a function from a list with a number for each
        class to the numbers of the rows, of shape (s,).
    """
    before, names = 0, None
    for batch in batches:
        if label not in batch.schema.names:
            which = "say by label= which column has the classes" if label is None else f"there is no column {label!r} for the label"
            raise ValueError(f"{path}: {which}; its columns are {', '.join(batch.schema.names[:20])}")
        names = [name for name in batch.schema.names if name != label]
        if len(set(names)) < len(names) or not names:
            raise ValueError(f"{path}: its columns need different names, and there must be one in addition to the label")
        block = np.empty((batch.num_rows, len(names)))
        for k, name in enumerate(names):
            block[:, k] = _numbers(arrow, path, batch.column(name), name, before)
        encoded = batch.column(label).dictionary_encode()
        if encoded.null_count:
            at = int(np.argmax(encoded.is_null().to_numpy(zero_copy_only=False)))
            raise ValueError(f"{path}: row {before + at + 1}: the label is missing; leave the row out")
        classes = [_class(path, name) for name in encoded.dictionary.to_pylist()]
        which = encoded.indices.to_numpy(zero_copy_only=False)
        before += batch.num_rows
        if batch.num_rows:
            yield path, names, block, classes, lambda numbers, which=which: np.array(numbers, dtype=np.float64)[which]
    if not before and not empty:
        raise ValueError(f"{path}: no rows; leave the file out, or give the worker another one")


def _numbers(arrow, path, column, name, before):
    """A column as doubles."""
    kind = column.type
    known = arrow.types
    if not (known.is_floating(kind) or known.is_integer(kind) or known.is_boolean(kind) or known.is_decimal(kind)):
        raise ValueError(f"{path}: column {name!r} has the type {kind}, and features are numbers; encode it, or leave it out")
    if not known.is_float64(kind):
        column = column.cast(arrow.float64()) if not known.is_boolean(kind) else column.cast(arrow.int8())
    numbers = column.to_numpy(zero_copy_only=False)
    finite = np.isfinite(numbers)
    if not finite.all():
        at = before + int(np.argmin(finite)) + 1
        raise ValueError(f"{path}: row {at}: column {name!r} is missing or not finite; fill it in, or leave the row out")
    return numbers


def _class(path, name):
    """What a class is called."""
    if isinstance(name, float) and name.is_integer():
        name = int(name)
    if isinstance(name, (bool, int, str)):
        return name
    raise ValueError(f"{path}: the label {name!r} names no class; labels are whole numbers, texts or truth values")


__all__ = ["is_table", "rows_of_blocks", "rows_of_file"]
