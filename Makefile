# 科管 Keguan. Run `make` to see what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# Tests given by hand: make test ONLY=tests/unit. All of them go side by side, each process with a database of its own.
ONLY ?= -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 1

.PHONY: help demo test check format bench faults contract docs pictures lock fonts clean

help:
	@printf '%s\n' \
	  'make demo    安装并运行演示年度，在 http://127.0.0.1:8000 提供服务 / install, run a demo year, serve it' \
	  'make test    安装（含浏览器）并运行全部测试 / install everything, the browser too, and run all tests' \
	  '             make test ONLY=tests/unit            只运行一部分 / a part of them' \
	  '             KEGUAN_DATABASE_URL=postgresql://用户:口令@主机/库 make test' \
	  '                     在给定的 PostgreSQL ≥ 15 上运行；该用户须能建库 / on that server; its user must have CREATEDB' \
	  '                     KEGUAN_DATABASE_OWNER_URL 可另指所有者 / may name the owner of the tables apart' \
	  'make check   格式、静态检查、类型、依赖方向、计划定义 / format, lint, types, imports, programmes' \
	  'make format  按约定排版 / put the code into the agreed format' \
	  'make bench   测量速度 / measure how fast it is' \
	  'make faults  逐一破坏计划定义，看检查能否发现 / break each programme one fault at a time' \
	  'make docs    生成文档站 build/docs，截图现拍 / build the documentation into build/docs, with fresh pictures' \
  'make pictures 重拍 README 和文档中的截图 / take the pictures of README and docs anew' \
	  'make contract 以大量随机请求核对接口与其说明是否一致 / try the interface against its description, at length' \
  'make lock    更新依赖锁文件 / renew the locks of the dependencies' \
	  'make fonts   重新制作随附字体（需 npm） / make the shipped fonts again; needs npm' \
  'make clean   删除 .venv（数据在 .keguan，不受影响） / remove .venv; the data in .keguan stays'

$(BIN)/.run-installed: requirements/run.lock requirements/install pyproject.toml
	@requirements/install run
	@touch $@

# The test packages include the run packages at the same versions.
$(BIN)/.dev-installed: requirements/dev.lock requirements/install pyproject.toml
	@requirements/install dev
	@touch $@ $(BIN)/.run-installed

demo: $(BIN)/.run-installed
	@$(BIN)/keguan demo

test: $(BIN)/.dev-installed
	@requirements/browser
	@$(BIN)/pytest $(ONLY)

check: $(BIN)/.dev-installed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@if ls programmes/*/*/programme.yaml >/dev/null 2>&1; then $(BIN)/keguan check programmes; fi

format: $(BIN)/.dev-installed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(BIN)/.dev-installed
	@$(BIN)/python -m bench

faults: $(BIN)/.dev-installed
	@$(BIN)/keguan faults

# Warnings are errors: a link that leads nowhere stops it.
docs: $(BIN)/.dev-installed
	@$(BIN)/sphinx-build -q -W --keep-going -E -b html docs build/docs
	@requirements/browser
	@KEGUAN_PICTURES=$(CURDIR)/build/docs/_images $(BIN)/pytest -q tests/journeys/test_pictures.py
	@printf '%s\n' build/docs/index.html

pictures: $(BIN)/.dev-installed
	@requirements/browser
	@KEGUAN_PICTURES=$(CURDIR)/docs/pictures $(BIN)/pytest -q tests/journeys/test_pictures.py

contract: $(BIN)/.dev-installed
	@KEGUAN_CONTRACT_EXAMPLES=100 $(BIN)/pytest tests/slices/api/test_contract.py

lock: $(BIN)/.dev-installed
	@requirements/lock

fonts: $(BIN)/.dev-installed
	@$(BIN)/uv run --quiet --no-project requirements/fonts.py

clean:
	@if [ -x $(BIN)/keguan ]; then $(BIN)/keguan database stop; fi
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
