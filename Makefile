# Two commands do everything: `make demo` and `make test`. The rest are parts of them or take longer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-fast coverage lint docs samples schema train-digits bench-samples bench-locate bench-camera bench-report bench-accuracy bench-real bench-fusion bench-alterations train-alterations bench-speed bench-scale hostile-test fuzz crash-test bench-batch bench-growth bench-web bench-recap bench-plenary recap-photos bench-seal clean

$(VENV)/.core: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

# Reads the sample photos and says where the report is. Review is no failure; a problem with a photo would be.
demo: $(VENV)/.core
	$(BIN)/ocr-recap read samples --out demo --overlay

test: $(VENV)/.dev
	$(BIN)/python -m pytest

# Those without the marker `slow`, for daily work: less than a minute on two idle cores.
test-fast: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow"

# Which lines of ocr_recap no test runs: a table, and pages in build/coverage. All tests, two to three times as long.
coverage: $(VENV)/.dev
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage html -q -d build/coverage
	$(BIN)/python -m coverage report

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

$(VENV)/.docs: $(VENV)/.core
	$(BIN)/pip install --quiet --editable ".[docs]"
	touch $@

# The pages of docs/ as a web site in build/docs. Fails on any warning: a link that leads nowhere, a page that no table of
# contents lists, a page that would load something from another host. Needs no network once packages are installed.
docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -E -q -b html docs build/docs

# A thousand hostile files among a thousand good ones, with memory and open files; some 15 minutes.
hostile-test: $(VENV)/.dev
	HOSTILE=1000 $(BIN)/python -m pytest tests/test_hostile.py

# The fuzz tests of `make test` with a hundred times as many examples each.
fuzz: $(VENV)/.dev
	FUZZ=100 $(BIN)/python -m pytest tests/test_fuzz.py

# The local server: pages, claims, eight reviewers and twenty kills, a desk's photos; some 5 minutes.
bench-web: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python benchmarks/web.py $(ARGS)

# Sums of a nation of 823,236 stations, from made-up records; some 5 minutes, 200 MB in build/nation.
bench-recap: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python benchmarks/recap.py --folder build/nation $(ARGS)

# Pages and steps of a plenary session of 800,000 stations and of one regency; 2 GB in build/plenary, ten minutes.
bench-plenary: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python benchmarks/plenary.py --folder build/plenary $(ARGS)

# The two regencies of docs/tutorial/two-regencies.md from 168 drawn photos; an hour on two cores.
recap-photos: $(VENV)/.dev
	$(BIN)/python samples/make_recap.py tutorial --photos
# Sealing: milliseconds a station, a regency's bundle, codes read back from photos of slips, 30 kills; some minutes.
bench-seal: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python benchmarks/seal.py $(ARGS)

samples: $(VENV)/.core
	$(BIN)/python samples/make_samples.py

schema: $(VENV)/.core
	$(BIN)/ocr-recap templates schema > templates/template.schema.json

# The digit readers' weights again from nothing: six runs of 20 to 60 minutes and the drawing of practice photos, each of
# which goes on where it was stopped; MNIST= is the folder of fetch_mnist.py, HANDWRITING= that of the published files that
# pack_digits.py names, PRACTICE= one for the cells of practice photos and rows.
MNIST := data
HANDWRITING := data/handwriting
PAGES := data/altered-pages
PRACTICE := practice
train-digits: $(VENV)/.core
	$(BIN)/pip install --quiet --editable ".[train]"
	test -f $(MNIST)/train-images-idx3-ubyte || $(BIN)/python training/digits/fetch_mnist.py $(MNIST)
	$(BIN)/python training/digits/train.py first --mnist $(MNIST) --cells 2600192 --out ocr_recap/weights
	$(BIN)/python training/digits/train.py second --mnist $(MNIST) --cells 2400256 --out ocr_recap/weights
	$(BIN)/python training/digits/train.py first --mnist $(MNIST) --cells 2200064 --seed 2 --go-on ocr_recap/weights --out ocr_recap/weights
	$(BIN)/python training/digits/train.py second --mnist $(MNIST) --cells 2000128 --seed 2 --go-on ocr_recap/weights --out ocr_recap/weights
	$(BIN)/python training/digits/combine.py --mnist $(MNIST) --weights ocr_recap/weights
	$(BIN)/python training/digits/practice.py --mnist $(MNIST) --photos 5376 --out $(PRACTICE)
	$(BIN)/python training/digits/train.py first --mnist $(MNIST) --cells 1500160 --seed 3 --practice $(PRACTICE) --go-on ocr_recap/weights --out $(PRACTICE)/trained
	$(BIN)/python training/digits/train.py second --mnist $(MNIST) --cells 1500160 --seed 3 --practice $(PRACTICE) --go-on ocr_recap/weights --out $(PRACTICE)/trained
	$(BIN)/python training/digits/between.py --mnist $(MNIST) --before ocr_recap/weights --after $(PRACTICE)/trained --out ocr_recap/weights
	$(BIN)/python training/digits/combine.py --mnist $(MNIST) --weights ocr_recap/weights
	$(BIN)/python training/digits/pack_digits.py $(HANDWRITING) $(PRACTICE)/packed
	$(BIN)/python training/digits/practice.py --mnist $(MNIST) --packed $(PRACTICE)/packed --rows 294912 --out $(PRACTICE)/rows
	$(BIN)/python training/digits/practice.py --mnist $(MNIST) --packed $(PRACTICE)/packed --photos 192 --out $(PRACTICE)/sheets
	for reader in first second; do $(BIN)/python training/digits/train.py $$reader --mnist $(MNIST) --cells 700416 --seed 4 --rate 0.0006 --practice $(PRACTICE)/rows $(PRACTICE)/sheets --parts 5 1 --only-practice --go-on ocr_recap/weights --out $(PRACTICE)/later || exit 1; done
	$(BIN)/python training/digits/between.py --mnist $(MNIST) --packed $(PRACTICE)/packed --before ocr_recap/weights --after $(PRACTICE)/later --out ocr_recap/weights
	$(BIN)/python training/digits/combine.py --mnist $(MNIST) --weights ocr_recap/weights
	$(BIN)/python training/digits/evaluate.py --mnist $(MNIST) --weights ocr_recap/weights --write

# The weights of the reader of alterations again from nothing, some two hours on two cores, and their limits.
train-alterations: $(VENV)/.core
	$(BIN)/pip install --quiet --editable ".[train]"
	test -f $(MNIST)/train-images-idx3-ubyte || $(BIN)/python training/digits/fetch_mnist.py $(MNIST)
	$(BIN)/python training/digits/altered_pages.py --photos 1152 --out $(PAGES)
	$(BIN)/python training/digits/struck.py --mnist $(MNIST) --out ocr_recap/weights
	$(BIN)/python training/digits/struck.py --mnist $(MNIST) --pages $(PAGES) --seed 2 --strips 588800 --go-on ocr_recap/weights/struck.onnx --out ocr_recap/weights
	$(BIN)/python training/digits/overwritten.py --mnist $(MNIST) --out ocr_recap/weights
	$(BIN)/python training/digits/overwritten.py --mnist $(MNIST) --pages $(PAGES) --seed 2 --cells 1382400 --go-on ocr_recap/weights/overwritten.onnx --out ocr_recap/weights
	$(BIN)/python training/digits/choose_alterations.py --write

# Accuracy on the samples, against their truth.
bench-samples: $(VENV)/.core
	$(BIN)/python benchmarks/samples.py

# Pages found, placement, wrong pages and CPU time of locating, by kind of photo (ARGS="--beside FOLDER", a checkout of an
# earlier version, adds its figures; --count scales).
bench-locate: $(VENV)/.core
	$(BIN)/python benchmarks/locate.py $(ARGS)

# Locating by preset and defect of drawn photos, and what a drawn photo costs.
bench-camera: $(VENV)/.core
	$(BIN)/python benchmarks/camera.py

# The tables of docs/lab/accuracy.md, by one fixed protocol; --count scales (ARGS="--count 667").
bench-accuracy: $(VENV)/.core
	$(BIN)/python benchmarks/accuracy.py $(ARGS)

# The real photos of these tables anew, where their folders lie beside this one; all other figures are kept.
bench-real: $(VENV)/.core
	$(BIN)/python benchmarks/accuracy.py --real-only $(ARGS)

# What each witness buys, on drawn documents that are read once (hours); then numbers resampled from that evidence.
EVIDENCE := evidence
bench-fusion: $(VENV)/.core
	$(BIN)/python benchmarks/fusion.py --keep $(EVIDENCE) $(ARGS)
	$(BIN)/python benchmarks/resample.py --keep $(EVIDENCE)

# Numbers that are struck out or written over: how many are accepted all the same, of 1,000 of each kind; an hour.
bench-alterations: $(VENV)/.core
	$(BIN)/python benchmarks/alterations.py $(ARGS)

# What a page costs beside decoding it, by stage; memory, start-up, growth, scaling (ARGS="--photos 10000" takes hours).
bench-speed: $(VENV)/.core
	$(BIN)/python benchmarks/speed.py $(ARGS)

# A report of 3,000 photos in a headless chromium: size, seconds to open and to filter.
bench-report: $(VENV)/.core
	PYTHONPATH=. $(BIN)/python benchmarks/report.py $(ARGS)

# Memory of a worker over 1,000 distinct photos; one worker and two, side by side, for a machine with nothing else to do.
bench-batch: $(VENV)/.core
	PYTHONPATH=. $(BIN)/python benchmarks/batch.py memory
	PYTHONPATH=. $(BIN)/python benchmarks/batch.py scaling

# Batches of 10, 100, 1,000 and 10,000 photos: what a photo costs in each, and memory; some 40 minutes.
bench-growth: $(VENV)/.core
	PYTHONPATH=. $(BIN)/python benchmarks/batch.py growth $(ARGS)

# kill -9 at 50 random moments, then on: nothing lost, nothing doubled, the same bytes.
crash-test: $(VENV)/.core
	$(BIN)/python benchmarks/crash.py $(ARGS)

# What a night of 823,236 stations takes, from a few drawn photos (docs/lab/scale.md).
bench-scale: $(VENV)/.core
	$(BIN)/python benchmarks/scale.py $(ARGS)

clean:
	rm -rf $(VENV) demo build dist
